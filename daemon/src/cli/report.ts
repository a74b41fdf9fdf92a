/** @file What a command says beside its result, for people or as JSON: errors, with the exit status, and notices. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Command } from 'commander';

/** Documented in docs/commands.md. */
export const EXIT_CODES = { failed: 1, usage: 2, cancelled: 130 } as const;

/** Whether the line has `--json`, which the program itself takes wherever it stands. */
export const wantsJson = (command: Command): boolean => command.optsWithGlobals().json ?? false;

/** Tells on stderr what the person should know. */
export const tellNotice = (sentence: string, json: boolean): void => {
  process.stderr.write(json ? `${JSON.stringify({ notice: sentence })}\n` : `${sentence}\n`);
};

/**
 * Prints an error for people, or as JSON, and returns the exit status.
 *
 * @param results where JSON goes.
 */
export function reportError(
  error: unknown,
  json: boolean,
  results: NodeJS.WritableStream = process.stdout,
): number {
  const known = error instanceof PalimpsestError;
  const code = known ? error.code : 'ENGINE_FAILED';
  const message = error instanceof Error ? error.message : String(error);
  const facts = known ? error.facts : {};
  if (json) results.write(`${JSON.stringify({ error: { code, message, facts } })}\n`);
  else process.stderr.write(`${message} [${code}]\n`);
  // What is not ours is a bug, and its stack helps to find it.
  if (!known && error instanceof Error) process.stderr.write(`${error.stack}\n`);
  if (code === 'CANCELLED') return EXIT_CODES.cancelled;
  return code === 'OPTION_INVALID' ? EXIT_CODES.usage : EXIT_CODES.failed;
}
