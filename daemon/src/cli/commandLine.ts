/** @file The command line: `palimpsest COMMAND`. */

import { PalimpsestError, type Sentence, sentence, telling, verbatim } from '@palimpsest/protocol';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../settings/version.ts';
import { EXIT_CODES, reportError, wantsJson } from './report.ts';

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

/** commander's own `help` knows one level of commands: `help models pull` is `models pull --help`. */
function givenArguments([first, ...rest]: readonly string[]): string[] {
  if (first === undefined) return [];
  if (first !== 'help' || rest.length === 0) return [first, ...rest];
  // Help on what there is none of is help on nothing: the name alone is refused as a command.
  return Object.hasOwn(COMMANDS, rest[0]!) || rest[0]!.startsWith('-') ? [...rest, '--help'] : [rest[0]!];
}

/**
 * Does what a line says; sets the exit status of the process where that is not 0.
 *
 * @param args what follows the program's name.
 */
export async function runCommandLine(args: readonly string[]): Promise<void> {
  const program = new Command('palimpsest')
    .description('Edit real pictures with words.')
    .version(VERSION)
    .option('--json', 'print results and errors as JSON, notices and progress as JSON lines on stderr');
  // The program's own option may stand before the command.
  const start = args.findIndex((word) => word !== '--json');
  const [flags, words] = start < 0 ? [args, []] : [args.slice(0, start), givenArguments(args.slice(start))];
  const named = Object.hasOwn(COMMANDS, words[0] ?? '') ? COMMANDS[words[0]!] : undefined;
  for (const load of named === undefined ? Object.values(COMMANDS) : [named])
    program.addCommand(await load());

  for (const command of withSubcommands(program)) {
    command.exitOverride();
    command.configureHelp({ showGlobalOptions: true });
    command.configureOutput({
      // A machine gets its error as JSON below.
      writeErr: (text) => {
        if (!wantsJson(program)) process.stderr.write(text);
      },
    });
  }
  try {
    await program.parseAsync([...flags, ...words], { from: 'user' });
  } catch (error) {
    process.exitCode = endOf(error, wantsJson(program));
  }
}

const withSubcommands = (command: Command): Command[] => [
  command,
  ...command.commands.flatMap(withSubcommands),
];

/** The exit status. commander has told people what was wrong with the line; --help and --version end with 0. */
function endOf(error: unknown, json: boolean): number {
  if (!(error instanceof CommanderError)) return reportError(error, json);
  if (error.exitCode === 0) return 0;
  if (json) reportError(new PalimpsestError('OPTION_INVALID', told(error)), json);
  return EXIT_CODES.usage;
}

/** Of what kind a fault of the line is, by commander's own codes, is a fact; and so is what it quotes, by what that is. */
function told({ code, message }: CommanderError): Sentence {
  const fault = code.replace(/^commander\./, '');
  if (fault === 'help')
    return telling(sentence`No command was given. "palimpsest help" lists them.`, { fault });
  const words = message.replace(/^error: /, '');
  const [, quoted] = /'([^']+)'/.exec(words) ?? [];
  const [flag] = /--[\w-]+/.exec(quoted ?? '') ?? [];
  const role = flag !== undefined ? 'flag' : /Command|excessArguments/.test(fault) ? 'command' : 'argument';
  return verbatim(words, { fault, ...(quoted === undefined ? {} : { [role]: flag ?? quoted }) });
}
