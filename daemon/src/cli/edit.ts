/** @file `palimpsest edit`: edit a picture with words. */

import { resolve } from 'node:path';
import { EditOptions, InversionOptions, PalimpsestError } from '@palimpsest/protocol';
import { Command } from 'commander';
import { type Mask, maskFromPicture } from '../imaging/composite.ts';
import { decodePicture, encodePng, type Picture } from '../imaging/picture.ts';
import { editPicture } from '../jobs/editJob.ts';
import { requireWritable, writeFileAtomic } from '../runtime/writeFile.ts';
import { addFlags, readFlags } from './flags.ts';
import { addModelFlags, runCommand } from './session.ts';
import { WORD_FLAGS } from './wordFlags.ts';

interface Arguments {
  readonly from: string;
  readonly to: string;
  readonly out: string;
  readonly mask?: string;
}

export function editCommand(): Command {
  const command = new Command('edit')
    .summary('edit a picture with words')
    .description(
      'Edits a picture with words: what it shows, and what it should show. Inverts it first if it has to.',
    )
    .argument('<picture>', 'JPEG, PNG, WebP, TIFF or AVIF')
    .requiredOption('--from <words>', 'what is in the picture')
    .requiredOption('--to <words>', 'what it should be')
    .requiredOption('--out <file>', 'where the edited PNG goes')
    .option('--mask <picture>', 'change only where this picture is white; it has the size of the picture');
  addFlags(addModelFlags(command), EditOptions, WORD_FLAGS);
  addFlags(command, InversionOptions);
  return command.action((path: string, { from, to, out, mask }: Arguments) =>
    runCommand(command, async ({ model, store, watch }) => {
      const inversion = readFlags(command, InversionOptions);
      const edit = readFlags(command, EditOptions, WORD_FLAGS);
      await requireWritable(out);
      const picture = await decodePicture(path);
      const bounds = mask === undefined ? {} : { mask: await readMask(mask, picture) };
      const edited = await editPicture(
        model,
        store,
        { picture, source: from, target: to, inversion, edit, ...bounds },
        watch,
      );
      await writeFileAtomic(out, await encodePng(edited.picture));
      const { width, height } = edited.picture;
      return {
        result: { out: resolve(out), width, height, kind: edited.kind, inversion: edited.inverted.id },
        message: `Wrote ${out} (${width} x ${height}, by ${edited.kind}).`,
      };
    }),
  );
}

async function readMask(path: string, { width, height }: Picture): Promise<Mask> {
  const mask = maskFromPicture(await decodePicture(path));
  if (mask.width === width && mask.height === height) return mask;
  throw new PalimpsestError(
    'OPTION_INVALID',
    `The mask ${path} is ${mask.width} x ${mask.height} pixels, the picture ${width} x ${height}: they have to be the same.`,
  );
}
