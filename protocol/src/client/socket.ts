/** @file The WebSocket that a client gets from where it runs: a browser's, Node's, or that of the package `ws`. */

import { PalimpsestError } from '../errors.ts';

/** What we need of a WebSocket. */
export interface SocketLike {
  binaryType: string;
  readonly bufferedAmount: number;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export type SocketConstructor = new (url: string) => SocketLike;

/**
 * What the first address that works gives.
 *
 * @throws {PalimpsestError} the error of the first that answered at all, or CONNECTION_LOST.
 */
export async function firstOf<T>(urls: readonly string[], open: (url: string) => Promise<T>): Promise<T> {
  let failure: unknown = null;
  for (const url of urls) {
    try {
      return await open(url);
    } catch (error) {
      if (failure === null || isLost(failure)) failure = error;
    }
  }
  throw failure ?? nobody();
}

const isLost = (error: unknown): boolean =>
  error instanceof PalimpsestError && error.code === 'CONNECTION_LOST';

/** @throws {PalimpsestError} CONNECTION_LOST when nobody answers there. */
export async function openSocket(url: string, Socket: SocketConstructor): Promise<SocketLike> {
  const socket = await tryOpen(url, Socket);
  if (socket !== null) return socket;
  throw nobody();
}

const nobody = () =>
  new PalimpsestError(
    'CONNECTION_LOST',
    'The daemon does not answer. Start it with "palimpsest serve", or see whether something blocks the connection.',
  );

function tryOpen(url: string, Socket: SocketConstructor): Promise<SocketLike | null> {
  const socket = new Socket(url);
  socket.binaryType = 'arraybuffer';
  return new Promise((resolve) => {
    socket.addEventListener('open', () => resolve(socket));
    socket.addEventListener('error', () => resolve(null));
    socket.addEventListener('close', () => resolve(null));
  });
}

/** The WebSocket of a browser, or of Node 22 and later. */
export function globalSocket(): SocketConstructor {
  const { WebSocket: Socket } = globalThis as { WebSocket?: SocketConstructor };
  if (Socket !== undefined) return Socket;
  throw new PalimpsestError(
    'OPTION_INVALID',
    'There is no WebSocket here: pass that of the package "ws" as the option webSocket.',
  );
}
