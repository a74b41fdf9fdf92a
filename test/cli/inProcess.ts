/** Runs the command line in the test's own process: quick, for where the process boundary is not what is tested. */

import { join } from 'node:path';
import { runCommandLine } from '../../daemon/src/cli/commandLine.ts';
import type { Finished } from './palimpsest.ts';

/** As `palimpsest`, with the same environment; one at a time. */
export async function inProcess(cache: string, ...args: string[]): Promise<Finished> {
  const environment = {
    PALIMPSEST_CONFIG: process.env.PALIMPSEST_CONFIG ?? join(cache, 'config'),
    PALIMPSEST_CACHE: cache,
    PALIMPSEST_MODEL: undefined,
  };
  const before = Object.keys(environment).map((name) => [name, process.env[name]] as const);
  setVariables(Object.entries(environment));
  const [stdout, stderr] = [listenTo(process.stdout), listenTo(process.stderr)];
  process.exitCode = undefined;
  try {
    await runCommandLine(args);
    return { status: Number(process.exitCode ?? 0), stdout: stdout.heard(), stderr: stderr.heard() };
  } finally {
    stdout.stop();
    stderr.stop();
    process.exitCode = undefined;
    setVariables(before);
  }
}

function setVariables(variables: Iterable<readonly [string, string | undefined]>): void {
  for (const [name, value] of variables) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Takes what is written to a stream, until it is stopped. */
function listenTo(stream: NodeJS.WriteStream): { heard: () => string; stop: () => void } {
  const pieces: Buffer[] = [];
  const { write } = stream;
  stream.write = (piece: string | Uint8Array, ...rest: unknown[]): boolean => {
    pieces.push(Buffer.from(piece));
    const written = rest.find((one): one is () => void => typeof one === 'function');
    if (written !== undefined) setImmediate(written);
    return true;
  };
  return {
    heard: () => Buffer.concat(pieces).toString(),
    stop: () => {
      stream.write = write;
    },
  };
}
