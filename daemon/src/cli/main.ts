/** @file The command line: `palimpsest COMMAND`. */

import { Command } from 'commander';
import packageJson from '../../package.json' with { type: 'json' };
import { EXIT_CODES, reportError } from './report.ts';

/** Each is loaded when it is called: the daemon starts without the runtime, which lives in its engine process. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  invert: async () => (await import('./invert.ts')).invertCommand(),
  edit: async () => (await import('./edit.ts')).editCommand(),
  style: async () => (await import('./style.ts')).styleCommand(),
  generate: async () => (await import('./generate.ts')).generateCommand(),
  models: async () => (await import('./models.ts')).modelsCommand(),
  'inspect-model': async () => (await import('./inspectModel.ts')).inspectModelCommand(),
  serve: async () => (await import('./serve.ts')).serveCommand(),
  photopea: async () => (await import('./photopea.ts')).photopeaCommand(),
  clients: async () => (await import('./clients.ts')).clientsCommand(),
  doctor: async () => (await import('./doctor.ts')).doctorCommand(),
};

const program = new Command('palimpsest')
  .description('Edit real pictures with words.')
  .version(packageJson.version);

const named = COMMANDS[process.argv[2] ?? ''];
for (const load of named === undefined ? Object.values(COMMANDS) : [named]) program.addCommand(await load());

for (const command of program.commands) command.exitOverride();

try {
  await program.parseAsync();
} catch (error) {
  // commander has printed its message; only --help and --version end with status 0.
  const status = error instanceof Error && 'exitCode' in error ? error.exitCode : null;
  const json = process.argv.includes('--json');
  process.exitCode = status === null ? reportError(error, json) : status === 0 ? 0 : EXIT_CODES.usage;
}
