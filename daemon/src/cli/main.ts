/** @file The command line: `palimpsest COMMAND`. */

import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { editCommand } from './edit.ts';
import { generateCommand } from './generate.ts';
import { inspectModelCommand } from './inspectModel.ts';
import { invertCommand } from './invert.ts';
import { EXIT_CODES, reportError } from './session.ts';

const program = new Command('palimpsest')
  .description('Edit real pictures with words.')
  .version(packageJson.version)
  .addCommand(invertCommand())
  .addCommand(editCommand())
  .addCommand(generateCommand())
  .addCommand(inspectModelCommand());

for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // commander has printed its message; only --help and --version end with status 0.
  const status = error instanceof Error && 'exitCode' in error ? error.exitCode : null;
  const json = process.argv.includes('--json');
  process.exitCode = status === null ? reportError(error, json) : status === 0 ? 0 : EXIT_CODES.usage;
}
