/** @file What every command does around its work: open the model, watch, stop cleanly, report errors. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Command } from 'commander';
import type { Watch } from '../methods/watch.ts';
import { Networks } from '../models/networks.ts';
import { StableDiffusion } from '../models/stableDiffusion.ts';
import { InversionStore } from '../store/inversionStore.ts';
import { graphsFolder, inversionsFolder } from '../store/paths.ts';
import { progressWriter } from './progressBar.ts';

/** Documented in the README. */
export const EXIT_CODES = { failed: 1, usage: 2, cancelled: 130 } as const;

/** What a command works with. */
export interface Workplace {
  readonly model: StableDiffusion;
  readonly store: InversionStore;
  readonly watch: Watch;
}

/** Flags that every command with a model has. */
export function addModelFlags(command: Command): Command {
  return command
    .option('--model <folder>', 'a Stable Diffusion model in the diffusers layout (or set PALIMPSEST_MODEL)')
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
      model: new StableDiffusion(requireModel(folder), networks, { imageEncoder }),
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

function requireModel(folder: string | undefined): string {
  if (folder !== undefined) return folder;
  throw new PalimpsestError(
    'OPTION_INVALID',
    'No model is given. Name the folder of a Stable Diffusion model with --model, or in PALIMPSEST_MODEL.',
  );
}

/** Prints an error for people, or as JSON, and returns the exit status. */
export function reportError(error: unknown, json: boolean): number {
  const known = error instanceof PalimpsestError;
  const code = known ? error.code : 'ENGINE_FAILED';
  const message = error instanceof Error ? error.message : String(error);
  if (json) process.stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  else process.stderr.write(`${message} [${code}]\n`);
  // What is not ours is a bug, and its stack helps to find it.
  if (!known && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (code === 'CANCELLED') return EXIT_CODES.cancelled;
  return code === 'OPTION_INVALID' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
