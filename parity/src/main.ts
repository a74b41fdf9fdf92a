/** @file `npm run parity -- GOLDEN`, with the arguments of this process. */

import { parityCommand } from './command.ts';

process.exitCode = await parityCommand(process.argv.slice(2), {
  print: console.log,
  complain: console.error,
});
