/** @file `palimpsest invert`: make a picture ready for edits. */

import { InversionOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { addFlags, readFlags } from './flags.ts';
import { requireEffect } from './requireEffect.ts';
import { addWorkFlags, runWork } from './session.ts';

export function invertCommand(): Command {
  const command = new Command('invert')
    .summary('make a picture ready for edits')
    .description(
      'Inverts a picture, so that every edit of it starts at once. The result is kept on this machine. Brackets name the methods that use an option; with any other it is refused.',
    )
    .argument('<picture>', 'JPEG, PNG, WebP, TIFF, AVIF or GIF; - for the standard input')
    .requiredOption('--from <words>', 'what is in the picture');
  addFlags(addWorkFlags(command), InversionOptions);
  return command.action((picture: string, { from: prompt }: { from: string }) =>
    runWork(command, [picture], async (worker) => {
      const options = readFlags(command, InversionOptions);
      requireEffect(command, { inversion: options });
      const image = await worker.put(picture);
      const { inversion, reused, canvas } = await worker.run<'invert'>({
        kind: 'invert',
        image,
        prompt,
        options,
      });
      return {
        result: { inversion, reused, canvas },
        message: `${reused ? 'Already inverted' : 'Inverted'} at ${canvas.width} x ${canvas.height} (${inversion.slice(0, 12)}). Edits of it start at once.`,
      };
    }),
  );
}
