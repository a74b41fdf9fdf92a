/** @file What the attacks are made on, and what is seen of it from outside. Loopback only. */

import { readFileSync, writeFileSync } from 'node:fs';
import { DaemonClient } from '@palimpsest/protocol';
import { type ClientOptions, WebSocket } from 'ws';
import type { StartedDaemon } from '../../test/server/daemon.ts';

export const urlOf = ({ port }: Pick<StartedDaemon, 'port'>): string => `ws://127.0.0.1:${port}/rpc`;

/** A client that keeps the rules. */
export const honestClient = (daemon: StartedDaemon, token = daemon.token): Promise<DaemonClient> =>
  DaemonClient.connect({ urls: [urlOf(daemon)], token, webSocket: WebSocket, maxPause: 0 });

/** A socket that keeps none, or null where it is refused. */
export function openSocket(
  daemon: Pick<StartedDaemon, 'port'>,
  options: ClientOptions = {},
): Promise<WebSocket | null> {
  const socket = new WebSocket(urlOf(daemon), options);
  return new Promise((resolve) => {
    socket.once('open', () => resolve(socket));
    socket.on('error', () => resolve(null));
  });
}

/** A socket that has said hello, after which it keeps no rules. */
export async function greetedSocket(daemon: StartedDaemon, token = daemon.token): Promise<WebSocket> {
  const socket = await openSocket(daemon);
  if (socket === null) throw new Error('the daemon let nobody in');
  const heard = new Promise((resolve) => socket.once('message', resolve));
  send(socket, 'hello', { token, protocol: 1 }, 1);
  await heard;
  return socket;
}

/** Sends a request, or without an id a notification. */
export function send(socket: WebSocket, method: string, params: object, id?: number): void {
  socket.send(JSON.stringify({ jsonrpc: '2.0', method, params, ...(id === undefined ? {} : { id }) }));
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** How long it takes in ms, or null when it fails. */
export async function timed(work: () => Promise<unknown>): Promise<number | null> {
  const begun = performance.now();
  return work().then(
    () => performance.now() - begun,
    () => null,
  );
}

/** Whether it answers an honest question within ten seconds. */
export async function lives({ port }: Pick<StartedDaemon, 'port'>): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/health`, { signal: AbortSignal.timeout(10_000) }).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** Resident memory of the daemon, in MB: the most since the last call, and now. Linux only. */
export function memoryOf({ child: { pid } }: StartedDaemon): { peak: number; now: number } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const read = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1000;
  const memory = { peak: Math.round(read('VmHWM')), now: Math.round(read('VmRSS')) };
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return memory;
}
