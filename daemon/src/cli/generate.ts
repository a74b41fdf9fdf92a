/** @file `palimpsest generate`: a picture from words alone. */

import { resolve } from 'node:path';
import { GenerateOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { encodePng } from '../imaging/picture.ts';
import { generatePicture } from '../jobs/generateJob.ts';
import { requireWritable, writeFileAtomic } from '../runtime/writeFile.ts';
import { addFlags, readFlags } from './flags.ts';
import { addModelFlags, runCommand } from './session.ts';

export function generateCommand(): Command {
  const command = new Command('generate')
    .summary('draw a picture from words')
    .description('Draws a picture from words alone.')
    .argument('<words>', 'what the picture should show')
    .requiredOption('--out <file>', 'where the PNG goes');
  addFlags(addModelFlags(command), GenerateOptions);
  return command.action((words: string, { out }: { out: string }) =>
    runCommand(command, async ({ model, watch }) => {
      await requireWritable(out);
      const picture = await generatePicture(model, words, readFlags(command, GenerateOptions), watch);
      await writeFileAtomic(out, await encodePng(picture));
      const { width, height } = picture;
      return {
        result: { out: resolve(out), width, height },
        message: `Wrote ${out} (${width} x ${height}).`,
      };
    }),
  );
}
