/** @file `palimpsest invert`: make a picture ready for edits. */

import { InversionOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { decodePicture } from '../imaging/picture.ts';
import { invertPicture } from '../jobs/invertJob.ts';
import { addFlags, readFlags } from './flags.ts';
import { addModelFlags, runCommand } from './session.ts';

export function invertCommand(): Command {
  const command = new Command('invert')
    .summary('make a picture ready for edits')
    .description(
      'Inverts a picture, so that every edit of it starts at once. The result is kept on this machine.',
    )
    .argument('<picture>', 'JPEG, PNG, WebP, TIFF or AVIF')
    .requiredOption('--from <words>', 'what is in the picture');
  addFlags(addModelFlags(command), InversionOptions);
  return command.action((path: string, { from }: { from: string }) =>
    runCommand(command, async ({ model, store, watch }) => {
      const options = readFlags(command, InversionOptions);
      const picture = await decodePicture(path);
      const { id, reused, placement } = await invertPicture(
        model,
        store,
        { picture, prompt: from, options },
        watch,
      );
      const { width, height } = placement.canvas;
      return {
        result: { inversion: id, reused, canvas: placement.canvas },
        message: `${reused ? 'Already inverted' : 'Inverted'} at ${width} x ${height} (${id.slice(0, 12)}). Edits of it start at once.`,
      };
    }),
  );
}
