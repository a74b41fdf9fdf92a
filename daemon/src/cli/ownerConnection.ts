/** @file A connection to the daemon of this user, with the token of its owner. */

import { readFileSync } from 'node:fs';
import { DaemonClient, RPC_PATH } from '@palimpsest/protocol';
import { WebSocket } from 'ws';
import { ownerTokenFile } from '../server/clients.ts';
import { configFolder } from '../settings/config.ts';

/**
 * Connects to the running daemon of this user; when the connection is lost, it stays so.
 *
 * @throws {PalimpsestError} CONNECTION_LOST, NOT_AUTHORISED.
 */
export function connectAsOwner({ port }: { readonly port: number }): Promise<DaemonClient> {
  return DaemonClient.connect({
    urls: [`ws://127.0.0.1:${port}${RPC_PATH}`],
    token: readFileSync(ownerTokenFile(configFolder()), 'utf8').trim(),
    webSocket: WebSocket,
    maxPause: 0,
  });
}
