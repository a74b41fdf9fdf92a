/** @file `palimpsest generate`: a picture from words alone. */

import { resolve } from 'node:path';
import { GenerateOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { writeFileAtomic } from '../runtime/writeFile.ts';
import { addFlags, readFlags } from './flags.ts';
import { requirePictureOut } from './pictureOut.ts';
import { addWorkFlags, runWork } from './session.ts';

export function generateCommand(): Command {
  const command = new Command('generate')
    .summary('draw a picture from words')
    .description('Draws a picture from words alone.')
    .argument('<words>', 'what the picture should show')
    .requiredOption('--out <file>', 'where the PNG goes');
  addFlags(addWorkFlags(command), GenerateOptions);
  return command.action((prompt: string, { out }: { out: string }) =>
    runWork(command, [], async (worker) => {
      const options = readFlags(command, GenerateOptions);
      await requirePictureOut(out);
      const { png, width, height } = await worker.generate({ prompt, options });
      await writeFileAtomic(out, png);
      return {
        result: { out: resolve(out), width, height },
        message: `Wrote ${out} (${width} x ${height}).`,
      };
    }),
  );
}
