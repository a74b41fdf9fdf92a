/** @file `palimpsest models`: the models on this machine, and how to get one. */

import { Command } from 'commander';
import type { ListedModel } from '../catalog/modelRegistry.ts';
import { openModels } from '../server/openModels.ts';
import { configFolder, readConfig } from '../settings/config.ts';
import { missingFolders, missingPart } from './missingFiles.ts';
import { pullCommand } from './pullModel.ts';
import { reportError } from './report.ts';

export function modelsCommand(): Command {
  return new Command('models')
    .summary('list the models on this machine, or download one')
    .description(
      'Lists the models on this machine: in the folders that were configured, the Hugging Face cache, and the folders of A1111, ComfyUI, InvokeAI and Stability Matrix. Nothing is copied; each can be used by its name with --model.',
    )
    .argument('[folders...]', 'look in these folders too')
    .option('--json', 'print the list as JSON')
    .action((folders: string[], { json = false }: { json?: boolean }) => {
      try {
        const config = readConfig(configFolder(), {});
        for (const sentence of missingFolders(folders, config.models)) {
          process.stderr.write(json ? `${JSON.stringify({ notice: sentence })}\n` : `${sentence}\n`);
        }
        const registry = openModels({ ...config, models: [...folders, ...config.models] });
        const models = registry.listAll().map(({ place, ...model }) => {
          return { ...model, refused: model.refused ?? missingPart(place) };
        });
        process.stdout.write(json ? `${JSON.stringify({ models })}\n` : describe(models));
      } catch (error) {
        process.exitCode = reportError(error, json);
      }
    })
    .addCommand(pullCommand());
}

function describe(models: readonly Omit<ListedModel, 'place'>[]): string {
  const usable = models.filter(({ refused }) => refused === null);
  const refused = models.filter((model) => model.refused !== null);
  const width = Math.max(0, ...usable.map(({ name }) => name.length));
  return [
    usable.length > 0 ? 'Use one by its name, with --model:' : 'No model was found.',
    ...usable.map(({ name, origin, path }) => `  ${name.padEnd(width)}  ${origin.padEnd(16)}  ${path}`),
    ...(refused.length > 0 ? ['Not usable:'] : []),
    ...refused.map(({ name, origin, path, refused }) => `  ${origin === 'named' ? name : path}: ${refused}`),
    'More: palimpsest models pull sd-1.5 (or sd-1.4, sd-2.1-base, OWNER/NAME).',
    '',
  ].join('\n');
}
