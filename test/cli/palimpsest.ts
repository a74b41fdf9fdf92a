/** Runs the command line as a user does: in a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';

export const PROGRAM = join(import.meta.dirname, '../../daemon/bin/palimpsest.js');

export interface Finished {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Starts `palimpsest` with a cache of its own, and without a daemon that may run on this machine.
 *
 * @param more of its environment; undefined takes a variable away.
 * @param through a program that runs it, with its arguments.
 */
export function start(
  cache: string,
  args: readonly string[],
  more: NodeJS.ProcessEnv = {},
  through: readonly string[] = [],
): { child: ChildProcess; finished: Promise<Finished> } {
  const env = {
    PALIMPSEST_CONFIG: join(cache, 'config'),
    ...process.env,
    PALIMPSEST_CACHE: cache,
    PALIMPSEST_MODEL: undefined,
    ...more,
  };
  const [program, ...rest] = [...through, process.execPath, PROGRAM, ...args];
  const child = spawn(program!, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject).on('close', (status) => resolve({ status, ...output }));
  });
  return { child, finished };
}

/** Resolves when progress with that text is told. */
export const told = ({ stderr }: ChildProcess, text: string): Promise<void> =>
  new Promise((resolve) => {
    stderr!.on('data', (part: string) => {
      if (part.includes(text)) resolve();
    });
  });

export const palimpsest = (cache: string, ...args: string[]): Promise<Finished> =>
  start(cache, args).finished;
