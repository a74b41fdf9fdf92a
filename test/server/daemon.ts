/** A whole daemon, started as a user does, in folders of its own. */

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MODEL } from '../golden.ts';

export const PROGRAM = join(import.meta.dirname, '../../daemon/bin/palimpsest.js');

export interface StartedDaemon {
  readonly port: number;
  readonly token: string;
  readonly tokenFile: string;
  /** Of the configuration and the cache. */
  readonly folder: string;
  readonly env: NodeJS.ProcessEnv;
  readonly child: ChildProcess;
  /** The link that opens its page. */
  readonly link: string;
  /** All that it has printed. */
  output(): string;
  /** Ends it as Ctrl-C does; its exit status. */
  stop(): Promise<number | null>;
  /** Ends it as a crash does; its folder stays, for the next one. */
  kill(): Promise<void>;
}

/**
 * `palimpsest serve` with the golden model, on a port that the test chooses, and with more in its environment.
 *
 * @param through a program that runs it as the process that it was itself, with its arguments.
 */
export async function startDaemon(
  port: number,
  more: NodeJS.ProcessEnv = {},
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-daemon-')),
  through: readonly string[] = [],
): Promise<StartedDaemon> {
  const env = {
    ...process.env,
    PALIMPSEST_CONFIG: join(folder, 'config'),
    PALIMPSEST_CACHE: join(folder, 'cache'),
    PALIMPSEST_MODELS: MODEL,
    PALIMPSEST_PORT: String(port),
    ...more,
  };
  const [program, ...rest] = [...through, process.execPath, PROGRAM, 'serve'];
  const child = spawn(program!, rest, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const read = (text: Buffer) => {
      output += text;
      if (output.includes('Ctrl-C')) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`the daemon ended: ${output}`)));
  }).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const tokenFile = join(folder, 'config', 'token');
  return {
    port,
    token: readFileSync(tokenFile, 'utf8').trim(),
    tokenFile,
    folder,
    env,
    child,
    link: /http:\S+#launch=\w+/.exec(output)?.[0] ?? '',
    output: () => output,
    stop: async () => {
      child.kill('SIGINT');
      const status = await ended;
      rmSync(folder, { recursive: true, force: true });
      return status;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Ports below those that systems give to whoever connects: 32,768 on Linux, 49,152 elsewhere. */
const FIRST_PORT = 20_000;
const PORTS_EACH = 3_000;
const WORKERS = 4;

/** A port that nobody else has, as far as can be told: files of tests that run at once have ports of their own. */
export function somePort(): number {
  const worker = Number(process.env.VITEST_POOL_ID ?? 0) % WORKERS;
  return FIRST_PORT + worker * PORTS_EACH + Math.floor(Math.random() * PORTS_EACH);
}
