/** @file `palimpsest style`: give a picture the style of another. */

import { INVERSION_METHODS, InversionOptions, OF_INVERSIONS, StyleOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import * as z from 'zod/mini';
import { addFlags, readFlags } from './flags.ts';
import { requireEffect } from './requireEffect.ts';
import { addWorkFlags, runDrawing } from './session.ts';

const { mode: _mode, method: _method, ...shape } = InversionOptions.shape;
/** Of inversions there is no choice here: what belongs to others than StyleDiffusion is none. */
const isHeeded = (name: string) =>
  !(name in OF_INVERSIONS) || name in INVERSION_METHODS.styleDiffusion.options;

/** Keys hold no style. */
const LearningOptions = z.extend(
  z.strictObject(
    Object.fromEntries(Object.entries(shape).filter(([name]) => isHeeded(name))) as typeof shape,
  ),
  {
    learn: z
      ._default(z.enum(['values', 'both', 'valueEmbedding']), 'values')
      .check(
        z.describe(
          "what is learned of the style: the values' input by a network; the keys' too; or the values' embedding itself",
        ),
      ),
  },
);

interface Arguments {
  readonly from: string;
  readonly styleFrom: string;
}

export function styleCommand(): Command {
  const command = new Command('style')
    .summary('give a picture the style of another')
    .description(
      'Draws the content of one picture in the style of another. Learns the style picture first if it has to.',
    )
    .argument('<content>', 'the picture whose content stays')
    .argument('<style>', 'the picture whose style is taken')
    .requiredOption('--from <words>', 'what is in the first picture')
    .requiredOption('--style-from <words>', 'what is in the second picture, with its style')
    .requiredOption('--out <file>', 'where the PNG goes');
  addFlags(addWorkFlags(command), StyleOptions);
  addFlags(command, LearningOptions);
  return command.action((content: string, style: string, { from: source, styleFrom }: Arguments) =>
    runDrawing(command, [content, style], async (worker) => {
      const inversion = InversionOptions.parse(readFlags(command, LearningOptions));
      const options = readFlags(command, StyleOptions);
      requireEffect(command, { inversion, style: options });
      const drawn = await worker.run<'style'>({
        kind: 'style',
        image: await worker.put(content),
        source,
        style: await worker.put(style),
        styleSource: styleFrom,
        inversion,
        options,
      });
      return { drawn, facts: { inversion: drawn.inversion } };
    }),
  );
}
