/** @file Where a client looks for the daemon. */

import { PORTS, RPC_PATH } from '../limits.ts';
import { globalSocket, type SocketConstructor } from './socket.ts';

export interface Address {
  /** Addresses to try, in order; default: the daemon's ports on localhost. */
  readonly urls?: readonly string[];
  /** The WebSocket to use; default: the global one. Node 20 has none: give it that of the package `ws`. */
  readonly webSocket?: SocketConstructor;
}

const DEFAULT_URLS = PORTS.map((port) => `ws://localhost:${port}${RPC_PATH}`);

/** With the defaults. */
export const addressOf = ({
  urls = DEFAULT_URLS,
  webSocket = globalSocket(),
}: Address): Required<Address> => ({
  urls,
  webSocket,
});
