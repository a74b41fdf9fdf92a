/** @file Asking a person for a code again and again, and being in everybody's way. */

import { setMaxListeners } from 'node:events';
import { type Address, PairingRequest } from '@palimpsest/protocol';
import { WebSocket } from 'ws';
import type { StartedDaemon } from '../../test/server/daemon.ts';
import { openSocket, send, sleep, urlOf } from './target.ts';

const SECONDS = 4;
const PATIENCE = 150_000;

export async function attackPairing(daemon: StartedDaemon): Promise<string[]> {
  const prompts = () => daemon.output().split('wants to connect').length - 1;
  const spam = async (origin: string | undefined, at: number) => {
    const before = prompts();
    const end = Date.now() + SECONDS * 1000;
    const one = async () => {
      while (Date.now() < end) {
        const socket = await openSocket(daemon, origin === undefined ? {} : { origin });
        if (socket === null) continue;
        const heard = new Promise((resolve) => socket.once('message', resolve).once('close', resolve));
        send(socket, 'pair.request', { name: 'spam' }, 1);
        await heard;
        socket.terminate();
      }
    };
    await Promise.all(Array.from({ length: at }, one));
    await sleep(200);
    return prompts() - before;
  };
  const page = await spam('null', 1);
  const program = await spam(undefined, 8);
  const hold = async (signal: AbortSignal) => {
    while (!signal.aborted) {
      const socket = await openSocket(daemon, { origin: 'null' });
      if (socket === null) continue;
      send(socket, 'pair.request', { name: 'holder' }, 1);
      await Promise.race([new Promise((resolve) => socket.once('close', resolve)), aborted(signal)]);
      socket.terminate();
    }
  };
  const crowd = (signal: AbortSignal) =>
    Promise.all(Array.from({ length: 50 }, () => hold(signal))).then(() => {});
  const holder = await waiting(daemon, hold);
  const inApp = await waiting(daemon, crowd, APP);
  const guesser = await waiting(daemon, (signal) => guess(daemon, signal));
  return [
    `prompts in ${SECONDS} s: ${page} by a page, ${program} by a program`,
    `a program's pairing while a page holds the place: ${holder}; while it guesses: ${guesser}`,
    `an app's panel while 50 pages without an address hold the place: ${inApp}`,
  ];
}

/** A page without an address in an app of its own, as Figma's. */
const APP = {
  webSocket: class extends WebSocket {
    constructor(url: string) {
      super(url, { origin: 'null', headers: { 'user-agent': 'Figma' } });
    }
  },
};

/** How long a client, by default a program, waits for its prompt while something goes on. */
async function waiting(
  daemon: StartedDaemon,
  attack: (signal: AbortSignal) => Promise<void>,
  client: Pick<Address, 'webSocket'> = { webSocket: WebSocket },
): Promise<string> {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  const attacked = attack(controller.signal);
  await sleep(2000);
  const begun = Date.now();
  let shown = false;
  const signal = AbortSignal.timeout(PATIENCE);
  while (!shown && !signal.aborted) {
    shown = await PairingRequest.open({ ...client, urls: [urlOf(daemon)], name: 'honest', signal }).then(
      (request) => {
        request.close();
        return true;
      },
      () => false,
    );
    if (!shown) await sleep(500);
  }
  controller.abort();
  await attacked;
  const seconds = ((Date.now() - begun) / 1000).toFixed(1);
  return shown ? `shown after ${seconds} s` : `not shown within ${PATIENCE / 1000} s`;
}

async function guess(daemon: StartedDaemon, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const socket = await openSocket(daemon, { origin: 'null' });
    if (socket === null) continue;
    const next = () =>
      new Promise<string>((resolve) =>
        socket.once('message', (data) => resolve(String(data))).once('close', () => resolve('{}')),
      );
    let heard = next();
    send(socket, 'pair.request', { name: 'guesser' }, 1);
    const pairing = JSON.parse(await heard).result?.pairing;
    for (let i = 0; i < 5 && pairing !== undefined; i++) {
      heard = next();
      send(socket, 'pair.confirm', { pairing, code: String(i).padStart(6, '0') }, 2 + i);
      await heard;
    }
    socket.terminate();
    await sleep(20);
  }
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => (signal.aborted ? resolve() : signal.addEventListener('abort', () => resolve())));
