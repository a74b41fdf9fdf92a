/** @file What every command does around its work: find who does it, watch, stop cleanly, report errors. */

import { resolve } from 'node:path';
import { type JobProgress, type JobResult, PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Command } from 'commander';
import { onDamage } from '../files/damage.ts';
import { leadsToStandardOutput, STANDARD_OUTPUT, writeWhereItLeads } from '../files/destination.ts';
import { isNamed } from '../files/fileFault.ts';
import { configFolder, readConfig } from '../settings/config.ts';
import { demoModelFolder } from '../settings/paths.ts';
import { type LoraChoice, readLora } from '../weights/loraChoice.ts';
import { chooseWorker } from './chooseWorker.ts';
import { addDeviceFlags } from './deviceFlags.ts';
import { requirePictureOut } from './pictureOut.ts';
import { progressWriter } from './progressBar.ts';
import { EXIT_CODES, reportError, tellNotice, wantsJson } from './report.ts';
import type { ModelChoice, Worker, WorkWatch } from './worker.ts';

/** A command's result: what `--json` prints, and the line that people read. */
export interface Outcome {
  readonly result: object;
  readonly message: string;
}

/** What every command with a model works with. */
export interface Session {
  readonly model: ModelChoice;
  readonly watch: WorkWatch;
}

/** Flags that every command with a model has. */
export function addModelFlags(command: Command): Command {
  return command
    .option(
      '--model <model>',
      'a Stable Diffusion model: a folder in the diffusers layout, a .safetensors file, or a name of "palimpsest models" (or set PALIMPSEST_MODEL); default: the small demo model',
      named('--model'),
    )
    .option(
      '--image-encoder <folder>',
      "CLIP's vision encoder, for models that come without one",
      named('--image-encoder'),
    )
    .option(
      '--vae <file>',
      "a VAE to take in place of the model's own: a .safetensors file, or a folder",
      named('--vae'),
    )
    .option(
      '--lora <file[:strength]>',
      'a LoRA to merge into the model, such as style.safetensors:0.8; can be repeated',
      addLora,
    );
}

/** Flags that every command has that lets networks run. */
export function addWorkFlags(command: Command): Command {
  return addDeviceFlags(addModelFlags(command))
    .option('--threads <number>', 'processor threads; default: all that it has', readThreads)
    .option('--no-daemon', 'work in this process, even if a daemon is running');
}

/** Runs a command and prints its result, or its error; sets the exit status. */
export async function runCommand(
  command: Command,
  run: (session: Session) => Promise<Outcome>,
): Promise<void> {
  const { model = process.env.PALIMPSEST_MODEL, imageEncoder, vae, lora, out } = command.opts();
  const json = wantsJson(command);
  const tell = (sentence: string) => tellNotice(sentence, json);
  onDamage(tell);
  // Whoever reads the picture from there would take anything else for a part of it.
  const isTaken = out !== undefined && (await leadsToStandardOutput(out));
  const results = isTaken ? process.stderr : process.stdout;
  const controller = new AbortController();
  const cancel = () => {
    // A second Ctrl-C does not wait for the evaluation that is under way.
    if (controller.signal.aborted) process.exit(EXIT_CODES.cancelled);
    controller.abort();
    process.stderr.write('\nStopping after this step. Press Ctrl-C again to stop at once.\n');
  };
  process.on('SIGINT', cancel);
  process.on('SIGTERM', cancel);
  const showProgress = progressWriter(process.stderr, json);
  let hasLearned = false;
  const onProgress = (progress: JobProgress) => {
    hasLearned ||= progress.stage === 'optimise';
    showProgress(progress);
  };
  try {
    if (model === undefined) tell(DEMO_MODEL);
    const { result, message } = await run({
      model: { ...(await chosenModel(model ?? demoModelFolder(), imageEncoder, lora)), vae },
      watch: { signal: controller.signal, onProgress, tell },
    });
    results.write(json ? `${JSON.stringify(result)}\n` : `${message}\n`);
  } catch (error) {
    // Who does the work knows no more than that it was cancelled, here or in the daemon.
    const wasStopped =
      controller.signal.aborted && error instanceof PalimpsestError && error.code === 'CANCELLED';
    process.exitCode = reportError(wasStopped ? stopped(hasLearned) : error, json, results);
  } finally {
    process.off('SIGINT', cancel);
    process.off('SIGTERM', cancel);
  }
}

/** What Ctrl-C leaves: each whole step of what is learned, for those methods that learn. */
const stopped = (hasLearned: boolean): PalimpsestError =>
  new PalimpsestError(
    'CANCELLED',
    hasLearned
      ? 'Stopped. What was learned is kept: the same command goes on from there.'
      : 'Stopped. No picture was written.',
  );

/**
 * Runs a command whose work the daemon can do too.
 *
 * @param pictures the files that the work is about.
 */
export function runWork(
  command: Command,
  pictures: readonly string[],
  work: (worker: Worker, watch: WorkWatch) => Promise<Outcome>,
): Promise<void> {
  const { threads, daemon, device, precision, memoryBudget, out } = command.opts();
  return runCommand(command, async ({ model, watch }) => {
    // Before a model is opened or a device is tried, which takes a while.
    if (out !== undefined) await requirePictureOut(out, [...pictures, ...filesOf(model)]);
    const wish = { model, threads, device, precision, memoryBudget, pictures, daemon };
    const worker = await chooseWorker(wish, watch);
    try {
      return await work(worker, watch);
    } finally {
      await worker.close();
    }
  });
}

/** What a command for pictures has drawn. */
export interface Drawing {
  readonly drawn: JobResult<'generate'>;
  /** More for `--json`. */
  readonly facts?: object;
  /** More for people, after the size. */
  readonly how?: string;
}

/** `runWork` for a command that writes a picture to `--out`. */
export function runDrawing(
  command: Command,
  pictures: readonly string[],
  draw: (worker: Worker) => Promise<Drawing>,
): Promise<void> {
  return runWork(command, pictures, async (worker, { signal }) => {
    const { drawn, facts = {}, how = '' } = await draw(worker);
    const { out } = command.opts();
    await writeWhereItLeads(out, await worker.get(drawn.image), signal);
    const { width, height } = drawn;
    const isPath = out !== STANDARD_OUTPUT;
    return {
      result: { out: isPath ? resolve(out) : out, width, height, ...facts },
      message: `Wrote ${isPath ? out : 'the picture to the standard output'} (${width} x ${height}${how}).`,
    };
  });
}

/** A path as it is; what is no path is looked up among the installed models. */
async function chosenModel(
  model: string,
  imageEncoder: string | undefined,
  loras: readonly LoraChoice[] = [],
): Promise<ModelChoice> {
  if (isNamed(model) || /[\\/]/.test(model)) return { folder: model, imageEncoder, loras };
  const { openModels } = await import('../server/openModels.ts');
  const place = openModels(readConfig(configFolder(), {})).find(model);
  return {
    folder: place.folder,
    imageEncoder: imageEncoder ?? place.imageEncoder,
    loras: [...(place.loras ?? []), ...loras],
  };
}

/** What a model is in; of a folder, the folder. */
const filesOf = ({ folder, vae, loras = [] }: ModelChoice): string[] => [
  folder,
  ...(vae === undefined ? [] : [vae]),
  ...loras.map(({ file }) => file),
];

function readThreads(text: string): number {
  const threads = Number(text);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ flag: '--threads' }} ${{ given: text }}: give a whole number from ${{ least: 1 }}.`,
  );
}

/** The value of an option that names something: a variable of a script that is not set leaves nothing. */
const named =
  (flag: string) =>
  (text: string): string => {
    if (text !== '') return text;
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ flag }} is empty. Name what it stands for, or leave it out.`,
    );
  };

/** One `--lora`, after those before it. */
const addLora = (text: string, previous: readonly LoraChoice[] = []): LoraChoice[] => [
  ...previous,
  readLora(named('--lora')(text)),
];

const DEMO_MODEL =
  'Using the small demo model, which only knows its own drawn world. ' +
  'Name a real Stable Diffusion with --model, or in PALIMPSEST_MODEL ("palimpsest models" lists those on this machine).';
