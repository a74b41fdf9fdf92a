/** @file Strangers who take every place, against clients that have a token. */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { StartedDaemon } from '../../test/server/daemon.ts';
import { honestClient, openSocket, send, sleep, timed } from './target.ts';

const CLIENTS = 20;

const CROWDS = [
  ['256 sockets of a hostile page', 'page', 256],
  ['256 sockets of a program without a token', 'program', 256],
  ['600 half-open sockets', 'halfOpen', 600],
] as const;

export async function attackPlaces(daemon: StartedDaemon): Promise<string[]> {
  const lines: string[] = [];
  for (const [what, kind, count] of CROWDS) {
    const script = join(import.meta.dirname, 'crowding.ts');
    const crowd = fork(script, [String(daemon.port), kind, String(count)], {
      stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    });
    await once(crowd.stdout!, 'data');
    await sleep(2000);
    const clients = await inTurn(() => honestClient(daemon).then((client) => client.close()));
    const plugins = await inTurn(() => greetAsPage(daemon));
    crowd.kill();
    await once(crowd, 'exit');
    await sleep(1000);
    lines.push(`${what}, against clients: ${clients}; against plugins of an older version: ${plugins}`);
  }
  return lines;
}

async function inTurn(connect: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < CLIENTS; i++) {
    const time = await timed(() =>
      Promise.race([connect(), sleep(5000).then(() => Promise.reject(new Error()))]),
    );
    if (time !== null) times.push(time);
    await sleep(50);
  }
  const worst = times.length === 0 ? '' : `, the slowest after ${Math.max(...times).toFixed(0)} ms`;
  return `${CLIENTS - times.length} of ${CLIENTS} locked out${worst}`;
}

/** As a plugin in Figma does: its page has no origin. Says hello with the token at once. */
async function greetAsPage(daemon: StartedDaemon): Promise<void> {
  const socket = await openSocket(daemon, { origin: 'null' });
  if (socket === null) throw new Error('refused');
  const heard = new Promise<boolean>((resolve) => {
    socket.once('message', (data) => resolve(String(data).includes('"result"')));
    socket.once('close', () => resolve(false));
  });
  send(socket, 'hello', { token: daemon.token, protocol: 1 }, 1);
  const greeted = await heard;
  socket.terminate();
  if (!greeted) throw new Error('not greeted');
}
