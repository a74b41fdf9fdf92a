/** @file `palimpsest generate`: a picture from words alone. */

import { GenerateOptions } from '@palimpsest/protocol';
import { Command } from 'commander';
import { addFlags, readFlags } from './flags.ts';
import { addWorkFlags, runDrawing } from './session.ts';

export function generateCommand(): Command {
  const command = new Command('generate')
    .summary('draw a picture from words')
    .description('Draws a picture from words alone.')
    .argument('<words>', 'what the picture should show')
    .requiredOption('--out <file>', 'where the PNG goes');
  addFlags(addWorkFlags(command), GenerateOptions);
  return command.action((prompt: string) =>
    runDrawing(command, [], async (worker) => {
      const options = readFlags(command, GenerateOptions);
      return { drawn: await worker.run<'generate'>({ kind: 'generate', prompt, options }) };
    }),
  );
}
