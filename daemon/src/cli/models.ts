/** @file `palimpsest models`: the models on this machine, and how to get one. */

import { isDeepStrictEqual } from 'node:util';
import { render } from '@palimpsest/protocol';
import { Command } from 'commander';
import type { ListedModel } from '../catalog/modelRegistry.ts';
import { openModels } from '../server/openModels.ts';
import { configFolder, readConfig } from '../settings/config.ts';
import { missingFolders, missingPart } from './missingFiles.ts';
import { pullCommand } from './pullModel.ts';
import { tellNotice, wantsJson } from './report.ts';

export function modelsCommand(): Command {
  return new Command('models')
    .summary('list the models on this machine, or download one')
    .description(
      'Lists the models on this machine: in the folders that were configured, the Hugging Face cache, and the folders of A1111, ComfyUI, InvokeAI and Stability Matrix. Nothing is copied; each can be used with --model.',
    )
    .argument('[folders...]', 'look in these folders too, for models to use by their path')
    .action((folders: string[], _: object, command: Command) => {
      const json = wantsJson(command);
      const config = readConfig(configFolder(), {});
      for (const sentence of missingFolders(folders, config.models)) tellNotice(sentence, json);
      const registry = openModels({ ...config, models: [...folders, ...config.models] });
      const known = openModels(config).list();
      const models = registry.listAll().map(({ place, ...model }) => ({
        ...model,
        use: known.find((other) => isDeepStrictEqual(other.place, place))?.name ?? model.path,
        refused: model.refused === null ? missingPart(place) : render(model.refused, 'here'),
      }));
      process.stdout.write(json ? `${JSON.stringify({ models })}\n` : describe(models));
    })
    .addCommand(pullCommand());
}

/** A model as it is listed. */
interface Row extends Omit<ListedModel, 'place' | 'refused'> {
  /** In words. */
  readonly refused: string | null;
  /** What `--model` takes: a name of those that it looks through, or the path. */
  readonly use: string;
}

function describe(models: readonly Row[]): string {
  const usable = models.filter(({ refused }) => refused === null);
  const refused = models.filter((model) => model.refused !== null);
  const named = usable.filter(({ use, path }) => use !== path);
  const byPath = usable.filter(({ use, path }) => use === path);
  const width = Math.max(0, ...named.map(({ use }) => use.length));
  return [
    ...(usable.length > 0 ? [] : ['No model was found.']),
    ...(named.length > 0 ? ['Use one by its name, with --model:'] : []),
    ...named.map(({ use, origin, path }) => `  ${use.padEnd(width)}  ${origin.padEnd(16)}  ${path}`),
    ...(byPath.length > 0
      ? ['Use one by its path, with --model (by a name, if PALIMPSEST_MODELS has its folder):']
      : []),
    ...byPath.map(({ path }) => `  ${path}`),
    ...(refused.length > 0 ? ['Not usable:'] : []),
    ...refused.map((model) => `  ${refusal(model)}`),
    'More: palimpsest models pull sd-1.5 (or sd-1.4, sd-2.1-base, OWNER/NAME).',
    '',
  ].join('\n');
}

/** A reason that names the place itself needs it no second time. */
function refusal({ name, origin, path, refused }: Row): string {
  if (origin !== 'named' && refused?.includes(path)) return refused;
  return `${origin === 'named' ? name : path}: ${refused}`;
}
