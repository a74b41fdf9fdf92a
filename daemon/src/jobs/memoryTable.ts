/** @file What each kind of job takes on a model. */

import { EditOptions, GenerateOptions, InversionOptions } from '@palimpsest/protocol';
import type { Networks } from '../execution/networks.ts';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { THRIFTS } from '../execution/thrift.ts';
import type { Job } from './job.ts';
import { type MemoryNeed, memoryNeed } from './memoryNeed.ts';

export interface JobNeed {
  readonly job: string;
  /** Where nothing is spared, and where as much is as can be. */
  readonly usual: MemoryNeed;
  readonly least: MemoryNeed;
}

/** Few steps show all that many do. */
const STEPS = 5;

/**
 * An estimate for each kind of job; those that the model cannot do are left out.
 *
 * @param side of the picture, in pixels.
 */
export async function memoryTable(
  model: StableDiffusion,
  networks: Networks,
  side: number,
): Promise<JobNeed[]> {
  const picture = { width: side, height: side, rgb: new Uint8Array(3 * side * side) };
  const words = { source: 'a cat', target: 'a dog' };
  const careful = InversionOptions.parse({ steps: STEPS, size: side });
  const instant = InversionOptions.parse({ steps: STEPS, size: side, mode: 'instant' });
  const edit = (inversion: InversionOptions): Job => ({
    kind: 'edit',
    work: { picture, ...words, inversion, edit: EditOptions.parse({}) },
  });
  const jobs: Readonly<Record<string, Job>> = {
    'careful edit': edit(careful),
    'instant edit': edit(instant),
    generate: {
      kind: 'generate',
      work: {
        prompt: words.source,
        options: GenerateOptions.parse({ steps: STEPS, width: side, height: side }),
      },
    },
  };
  const dependencies = { model, networks, store: { find: async () => null } };
  const table: JobNeed[] = [];
  for (const [name, job] of Object.entries(jobs)) {
    try {
      const needs: MemoryNeed[] = [];
      for (const thrift of THRIFTS) needs.push(await memoryNeed(dependencies, job, thrift));
      const least = needs.reduce((a, b) => (b.total < a.total ? b : a));
      table.push({ job: name, usual: needs[0]!, least });
    } catch {
      // Such as a careful edit without an image encoder, of which inspect-model says so itself.
    }
  }
  return table;
}
