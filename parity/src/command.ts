/** @file What `npm run parity -- GOLDEN` does: the engine beside golden tensors, row by row. */

import { existsSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { DEVICES } from '../../daemon/src/execution/deviceNames.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { GoldenFolder } from './goldenFolder.ts';
import { partsOf, runParity } from './parity.ts';

const USAGE = `usage: npm run parity -- GOLDEN [--model MODEL] [--device DEVICE] [--only PART,PART]

Compares the engine with a folder of golden tensors (docs/parity.md).
MODEL is the folder beside GOLDEN of its name with "model" before it, unless it is given.
DEVICE is one of ${DEVICES.join(', ')}; the processor unless it is given. No part of a network may run elsewhere.
PART is the name of a file without its ending, such as unet or gradient; all parts are compared unless some are given.`;

/** Where lines go: what was asked for, and why it was not done. */
export interface Output {
  readonly print: (line: string) => void;
  readonly complain: (line: string) => void;
}

/** Exit status: 0 all well, 1 a row failed or nothing could be compared, 2 a wrong option. */
export async function parityCommand(args: string[], { print, complain }: Output): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments(args);
  } catch (error) {
    complain(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    print(USAGE);
    return 0;
  }
  const { device } = options;
  const networks = new Networks(null, { device, wholly: device !== 'cpu' });
  try {
    const model = new StableDiffusion(options.model, networks);
    const report = await runParity(options.golden, model, print, options.only);
    return report.failed ? 1 : 0;
  } catch (error) {
    complain(error instanceof Error ? error.message : String(error));
    return 1;
  } finally {
    await networks.dispose();
  }
}

/** @throws {Error} naming the parts of the set, when one is none of them. */
function partsOfSet(golden: GoldenFolder, only: string | undefined): string[] | null {
  const wanted = only?.split(',') ?? null;
  const parts = partsOf(golden);
  const unknown = wanted?.find((part) => !parts.includes(part));
  if (unknown === undefined) return wanted;
  throw new Error(`The set has no part ${unknown}. It has: ${parts.join(', ')}.`);
}

function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      model: { type: 'string' },
      device: { type: 'string' },
      only: { type: 'string' },
      help: { type: 'boolean' },
    },
  });
  if (values.help) return null;
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new Error('Give one folder of golden tensors.');
  const path = resolve(folder);
  if (!existsSync(path)) throw new Error(`There is no folder ${path}.`);
  const golden = new GoldenFolder(path);
  const device = DEVICES.find((one) => one === (values.device ?? 'cpu'));
  if (device === undefined) throw new Error(`There is no device ${values.device}.`);
  const model = values.model ?? join(dirname(path), `model${basename(path)}`);
  return { golden, device, model, only: partsOfSet(golden, values.only) };
}
