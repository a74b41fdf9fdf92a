/** @file `palimpsest inspect-model`: what a model folder holds. */

import { Command } from 'commander';
import { gigabytes } from '../jobs/memoryPlan.ts';
import { type JobNeed, memoryTable } from '../jobs/memoryTable.ts';
import { inspectModel, type ModelFacts } from '../models/inspect.ts';
import { Networks } from '../models/networks.ts';
import { StableDiffusion } from '../models/stableDiffusion.ts';
import { graphsFolder } from '../store/paths.ts';
import { addModelFlags, runCommand } from './session.ts';

export function inspectModelCommand(): Command {
  const command = new Command('inspect-model')
    .summary('say what a model folder holds')
    .description('Says what a model folder holds and whether Palimpsest can use it, without loading it.')
    .argument('[folder]', 'the same as --model');
  return addModelFlags(command).action((folder: string | undefined) => {
    if (folder !== undefined) command.setOptionValue('model', folder);
    return runCommand(command, async ({ model: { folder, imageEncoder } }) => {
      const networks = new Networks(graphsFolder());
      const model = new StableDiffusion(folder, networks, { imageEncoder });
      const facts = { ...inspectModel(model), memory: await memoryTable(model, networks) };
      return { result: facts, message: describe(facts) };
    });
  });
}

function describe(facts: ModelFacts & { readonly memory: readonly JobNeed[] }): string {
  const components = Object.entries(facts.components).map(
    ([name, { parameters, bytes, types }]) =>
      `  ${name.padEnd(14)} ${(parameters / 1e6).toFixed(1).padStart(7)} M parameters  ${(bytes / 1e6).toFixed(1).padStart(7)} MB  ${types.join(' + ')}`,
  );
  const memory = facts.memory.map(
    ({ job, usual, least }) =>
      `  ${job.padEnd(14)} ${gigabytes(usual.total)}, or ${gigabytes(least.total)} where memory is spared (--memory-budget)`,
  );
  return [
    `${facts.name}: ${facts.side} x ${facts.side} pixels (sides in multiples of ${facts.sideMultiple}), predicts ${facts.prediction},`,
    `  contexts of ${facts.promptTokens} tokens, ${facts.contextWidth} wide`,
    ...components,
    `Memory on the processor at ${facts.side} x ${facts.side}, estimated, weights included:`,
    ...memory,
    facts.styleDiffusion
      ? 'StyleDiffusion can invert with it.'
      : 'StyleDiffusion needs an image encoder of that width: give one with --image-encoder, or learn nothing: --mode instant.',
  ].join('\n');
}
