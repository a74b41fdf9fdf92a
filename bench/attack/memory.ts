/** @file Reading pictures again and again, and reading nothing of what is sent. */

import { encodeFrame } from '@palimpsest/protocol';
import { letIn } from '../../test/server/crowd.ts';
import type { StartedDaemon } from '../../test/server/daemon.ts';
import { noise } from './pictures.ts';
import { greetedSocket, honestClient, lives, memoryOf, send, sleep } from './target.ts';

const REQUESTS = 64;
const UNREAD = 60;

export async function attackMemory(daemon: StartedDaemon): Promise<string[]> {
  const client = await honestClient(daemon);
  // 63 MiB, the most that may be sent.
  const image = await client.putImage(await noise(4650));
  client.close();
  await sleep(500);
  const before = memoryOf(daemon).now;

  const asking = await greetedSocket(daemon);
  let answers = 0;
  asking.on('message', () => answers++);
  for (let i = 0; i < REQUESTS; i++) send(asking, 'images.get', { image }, 10 + i);
  for (let i = 0; i < 300 && answers < REQUESTS; i++) await sleep(100);
  asking.terminate();
  const parallel = memoryOf(daemon).peak;

  await sleep(1000);
  // One client has 32 connections at most.
  const tokens = [daemon.token, await letIn(daemon, 'unread')];
  const rested = memoryOf(daemon).now;
  const sockets = await Promise.all(
    Array.from({ length: UNREAD }, (_, i) => greetedSocket(daemon, tokens[i % 2]).catch(() => null)),
  );
  for (const socket of sockets) {
    socket?.pause();
    socket?.send(encodeFrame({ type: 'get', transfer: 1, image }));
    // Acknowledges what it does not read.
    for (let received = 0; received < 64; received++) {
      socket?.send(encodeFrame({ type: 'ack', transfer: 1, received: received * 2 ** 18 }));
    }
  }
  await sleep(5000);
  const unread = await lives(daemon).then((alive) => (alive ? `${memoryOf(daemon).peak} MB` : 'dead'));
  for (const socket of sockets) socket?.terminate();
  return [
    `${REQUESTS} parallel images.get of a picture of 63 MiB: ${before} -> ${parallel} MB, ${answers} answers`,
    `${UNREAD} sockets that get it and read nothing: ${rested} MB -> ${unread}`,
  ];
}
