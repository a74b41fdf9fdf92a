/** @file What every command does around its work: open the model, watch, stop cleanly, report errors. */

import type { Command } from 'commander';
import type { Watch } from '../methods/watch.ts';
import { Networks } from '../models/networks.ts';
import { StableDiffusion } from '../models/stableDiffusion.ts';
import { InversionStore } from '../store/inversionStore.ts';
import { demoModelFolder, graphsFolder, inversionsFolder } from '../store/paths.ts';
import { progressWriter } from './progressBar.ts';
import { EXIT_CODES, reportError } from './report.ts';

/** What a command works with. */
export interface Workplace {
  readonly model: StableDiffusion;
  readonly store: InversionStore;
  readonly watch: Watch;
}

/** Flags that every command with a model has. */
export function addModelFlags(command: Command): Command {
  return command
    .option(
      '--model <folder>',
      'a Stable Diffusion model in the diffusers layout (or set PALIMPSEST_MODEL); default: the small demo model',
    )
    .option('--image-encoder <folder>', "CLIP's vision encoder, for models that come without one")
    .option('--threads <number>', 'processor threads; default: one for each core', Number)
    .option('--json', 'print the result as JSON, and progress as JSON lines on stderr');
}

/**
 * Runs a command's work and prints its result; sets the exit status.
 *
 * @param work returns what `--json` prints, and the line that people read.
 */
export async function runCommand(
  command: Command,
  work: (workplace: Workplace) => Promise<{ result: object; message: string }>,
): Promise<void> {
  const {
    model: folder = process.env.PALIMPSEST_MODEL,
    imageEncoder,
    threads,
    json = false,
  } = command.opts();
  const networks = new Networks(graphsFolder(), threads === undefined ? {} : { threads });
  const controller = new AbortController();
  const cancel = () => {
    // A second Ctrl-C does not wait for the evaluation that is under way.
    if (controller.signal.aborted) process.exit(EXIT_CODES.cancelled);
    controller.abort();
    process.stderr.write('\nStopping after this step. Press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  try {
    const { result, message } = await work({
      model: new StableDiffusion(folder ?? demoModel(), networks, { imageEncoder }),
      store: new InversionStore(inversionsFolder()),
      watch: { signal: controller.signal, onProgress: progressWriter(process.stderr, json) },
    });
    process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${message}\n`);
  } catch (error) {
    process.exitCode = reportError(error, json);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
    await networks.dispose();
  }
}

/** The demo model stands in where none is named, and says so. */
function demoModel(): string {
  process.stderr.write(
    'Using the small demo model, which only knows its own drawn world. ' +
      'Name the folder of a real Stable Diffusion with --model, or in PALIMPSEST_MODEL.\n',
  );
  return demoModelFolder();
}
