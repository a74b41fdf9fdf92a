/** @file `palimpsest edit`: edit a picture with words. */

import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { addFlags, readFlags } from './flags.ts';
import { requireEffect } from './requireEffect.ts';
import { addWorkFlags, runDrawing } from './session.ts';
import { WORD_FLAGS } from './wordFlags.ts';

interface Arguments {
  readonly from: string;
  readonly to: string;
  readonly mask?: string;
}

export function editCommand(): Command {
  const command = new Command('edit')
    .summary('edit a picture with words')
    .description(
      'Edits a picture with words: what it shows, and what it should show. Inverts it first if it has to. Brackets name the editors or methods that use an option; with any other it is refused.',
    )
    .argument('<picture>', 'JPEG, PNG, WebP, TIFF, AVIF or GIF; - for the standard input')
    .requiredOption('--from <words>', 'what is in the picture')
    .requiredOption('--to <words>', 'what it should be')
    .requiredOption('--out <file>', 'where the edited PNG goes')
    .option(
      '--mask <picture>',
      'change only where this picture is white, not where it is black or transparent; it has the size of the picture',
    );
  addFlags(addWorkFlags(command), EditOptions, WORD_FLAGS);
  addFlags(command, InversionOptions);
  return command.action((picture: string, { from: source, to: target, mask }: Arguments) => {
    const pictures = [picture, ...(mask === undefined ? [] : [mask])];
    return runDrawing(command, pictures, async (worker) => {
      const inversion = readFlags(command, InversionOptions);
      const edit = readFlags(command, EditOptions, WORD_FLAGS);
      requireEffect(command, { inversion, edit, masked: mask !== undefined }, WORD_FLAGS);
      const image = await worker.put(picture);
      const bounds = mask === undefined ? {} : { mask: await worker.put(mask) };
      const drawn = await worker.run<'edit'>({
        kind: 'edit',
        image,
        source,
        target,
        inversion,
        edit,
        ...bounds,
      });
      const { kind, inversion: id } = drawn;
      return { drawn, facts: { kind, inversion: id }, how: `, by ${kind}` };
    });
  });
}
