/** @file `palimpsest inspect-model`: what a model folder holds. */

import { InversionOptions, PalimpsestError, readableBytes, sentence } from '@palimpsest/protocol';
import { Command, Option } from 'commander';
import { z } from 'zod';
import { DEVICE_NAMES, DEVICES, type Device } from '../execution/deviceNames.ts';
import { inspectModel, type ModelFacts } from '../execution/inspect.ts';
import { Networks } from '../execution/networks.ts';
import { StableDiffusion } from '../execution/stableDiffusion.ts';
import { type JobNeed, memoryTable } from '../jobs/memoryTable.ts';
import { openModels } from '../server/openModels.ts';
import { configFolder, readConfig } from '../settings/config.ts';
import { graphsFolder } from '../settings/paths.ts';
import { PRECISIONS, type Precision } from '../weights/precision.ts';
import { addModelFlags, runCommand } from './session.ts';

export function inspectModelCommand(): Command {
  const command = new Command('inspect-model')
    .summary('say what a model folder holds')
    .description('Says what a model folder holds and whether Palimpsest can use it, without loading it.')
    .argument('[folder]', 'the same as --model')
    .addOption(
      new Option('--device <device>', 'what the memory is estimated for, whether it is there or not')
        .choices(DEVICES)
        .default('cpu'),
    )
    .addOption(
      new Option('--precision <precision>', 'what the UNet computes in').choices(PRECISIONS).default('fp32'),
    )
    .option('--size <pixels>', "side of the picture; default: the model's own", Number);
  return addModelFlags(command).action((folder: string | undefined, place: Place) => {
    if (folder !== undefined) command.setOptionValue('model', folder);
    return runCommand(command, async ({ model: { folder, imageEncoder, vae } }) => {
      const { device, precision } = place;
      const networks = new Networks(graphsFolder(), { device }, precision);
      const model = new StableDiffusion(folder, networks, { imageEncoder, vae });
      const size = sideOf(place, model);
      const memory = { device, precision, size, jobs: await memoryTable(model, networks, size) };
      const known = openModels(readConfig(configFolder(), {})).nameOf(folder, []);
      const facts = { ...inspectModel(model), name: known ?? model.name, memory };
      return { result: facts, message: describe(facts) };
    });
  });
}

/** What memory is estimated for. */
interface Place {
  readonly device: Device;
  readonly precision: Precision;
  readonly size?: number;
}

/** @throws {PalimpsestError} OPTION_INVALID for a side that no edit takes. */
function sideOf(place: Place, model: StableDiffusion): number {
  const { success, data = model.nativeSide } = z.safeParse(InversionOptions.shape.size, place.size);
  if (success && data % model.sideMultiple === 0) return data;
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ flag: '--size' }}: give a multiple of ${{ multiple: model.sideMultiple }} from ${{ least: 64 }} to ${{ most: 2048 }}.`,
  );
}

interface Memory extends Required<Place> {
  readonly jobs: readonly JobNeed[];
}

function describe(facts: ModelFacts & { readonly memory: Memory }): string {
  const components = Object.entries(facts.components).map(
    ([name, { parameters, bytes, types }]) =>
      `  ${name.padEnd(14)} ${(parameters / 1e6).toFixed(1).padStart(7)} M parameters  ${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${types.join(' + ')}`,
  );
  const { device, precision, size, jobs } = facts.memory;
  const memory = jobs.map(
    ({ job, usual, least }) =>
      `  ${job.padEnd(14)} ${readableBytes(usual.total)}, or ${readableBytes(least.total)} where memory is spared (--memory-budget)`,
  );
  return [
    `${facts.name}: ${facts.side} x ${facts.side} pixels (sides in multiples of ${facts.sideMultiple}), predicts ${facts.prediction},`,
    `  contexts of ${facts.promptTokens} tokens, ${facts.contextWidth} wide`,
    ...components,
    `Memory on ${DEVICE_NAMES[device]} in ${precision} at ${size} x ${size}, estimated, weights included:`,
    ...memory,
    facts.styleDiffusion
      ? 'StyleDiffusion can invert with it.'
      : 'StyleDiffusion needs an image encoder of that width: give one with --image-encoder, or learn nothing: --mode instant.',
  ].join('\n');
}
