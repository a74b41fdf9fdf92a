/** @file The program: the command line with the arguments of this process. */

import { runCommandLine } from './commandLine.ts';

await runCommandLine(process.argv.slice(2));
