/**
 * @file What a script for Photopea is made of. Its code is written here, and never put together from values: those
 * travel as one JSON literal, so that no name of a layer, no prompt and no file name can become code.
 *
 * Photopea runs scripts in an interpreter of its own, of about ES5: there are no arrow functions, no let, no templates;
 * `finally` is not run, and a `return` right inside of a `try` is lost.
 */

import * as z from 'zod/mini';
import { PRELUDE } from './prelude.ts';

/** A script, and what it answers. `Args` are the values that it reads as `args`. */
export interface Script<Args extends object, Result> {
  /** For messages about it. */
  readonly name: string;
  /** The body of a function; what it returns is the answer. */
  readonly body: string;
  readonly answer: z.ZodMiniType<Result>;
  /** How many files it sends, too. */
  readonly files: number;
  /** Only a type: the values that the body reads. */
  readonly args?: Args;
}

/** @param files how many files the script sends before it ends. */
export const script = <Args extends object>() => ({
  answering: <Result>(
    name: string,
    answer: z.ZodMiniType<Result>,
    body: string,
    files = 0,
  ): Script<Args, Result> => ({ name, body, answer, files }),
});

/** What a script says of itself, in a line that begins with its own token. */
export const Line = z.union([
  z.strictObject({ begin: z.literal(true) }),
  z.strictObject({ end: z.unknown() }),
  z.strictObject({ fault: z.string() }),
]);

/** The text to post. Whatever goes wrong in the body is told, since Photopea tells nobody. */
export const scriptText = (
  { body }: Pick<Script<object, unknown>, 'body'>,
  args: object,
  token: string,
): string =>
  `(function () {
var token = ${literal(token)}, args = ${literal(args)}, last = null;
function tell(line) { app.echoToOE(token + JSON.stringify(line)); }
${PRELUDE}
function main() {
${body}
}
tell({ begin: true });
try { last = { end: main() }; } catch (problem) { last = { fault: String(problem) }; }
if (last.fault === undefined && last.end === undefined) { last = { end: null }; }
tell(last);
})();`;

/**
 * A value as source text. JSON is JavaScript but for U+2028 and U+2029, which end lines in older interpreters; "<" is
 * hidden in case that somebody puts a script into a page.
 */
const literal = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[\u2028\u2029<]/g,
    (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
