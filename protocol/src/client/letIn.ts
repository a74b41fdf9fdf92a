/** @file Getting a token: by a code that the daemon shows, or by the link that it printed. */

import type { PalimpsestError } from '../errors.ts';
import type { NotificationName, Result } from '../methods.ts';
import { type Address, addressOf } from './address.ts';
import { Connection } from './connection.ts';
import { withResolvers } from './resolvers.ts';
import { firstOf, openSocket } from './socket.ts';

export interface Asking extends Address {
  /** What the daemon calls the client, for people. */
  readonly name: string;
  /** Is told that others come first: the code is shown when it is this client's turn. */
  readonly onWaiting?: () => void;
  /** Gives the request up. */
  readonly signal?: AbortSignal;
}

const WAITING: NotificationName = 'pair.waiting';

/** A pairing that waits for the code which the daemon shows. */
export class PairingRequest {
  private readonly connection: Connection;
  private readonly asked: Result<'pair.request'>;
  /** Resolves when it is over: `close` was called, the daemon has stopped (CONNECTION_LOST), or the code has expired. */
  readonly over: Promise<PalimpsestError>;

  private constructor(connection: Connection, asked: Result<'pair.request'>, over: Promise<PalimpsestError>) {
    this.connection = connection;
    this.asked = asked;
    this.over = over;
  }

  /**
   * Asks the daemon to be let in, and waits until it shows the code.
   *
   * @throws {PalimpsestError} PAIRING_BUSY, CONNECTION_LOST; what the signal was aborted with.
   */
  static async open({ name, onWaiting, signal, ...address }: Asking): Promise<PairingRequest> {
    signal?.throwIfAborted();
    const { promise: over, resolve } = withResolvers<PalimpsestError>();
    const connection = await connect(address, resolve, (notification) => {
      if (notification === WAITING) onWaiting?.();
    });
    const leave = () => connection.close();
    signal?.addEventListener('abort', leave);
    try {
      return new PairingRequest(connection, await connection.call('pair.request', { name }), over);
    } catch (error) {
      connection.close();
      signal?.throwIfAborted();
      throw error;
    } finally {
      signal?.removeEventListener('abort', leave);
    }
  }

  /** How long the code was valid when it was asked for. */
  get secondsLeft(): number {
    return this.asked.secondsLeft;
  }

  /**
   * The token to keep, for the right code. After a wrong one it can be tried again.
   *
   * @throws {PalimpsestError} PAIRING_FAILED, saying whether tries are left; CONNECTION_LOST.
   */
  async confirm(code: string): Promise<string> {
    const { token } = await this.connection.call('pair.confirm', { pairing: this.asked.pairing, code });
    this.close();
    return token;
  }

  close(): void {
    this.connection.close();
  }
}

/**
 * Asks the daemon to be let in, and the person, once, for the code that it shows.
 *
 * @returns the token to keep.
 * @throws {PalimpsestError} PAIRING_BUSY, PAIRING_FAILED, CONNECTION_LOST.
 */
export async function pair(
  options: Asking,
  askForCode: (secondsLeft: number) => Promise<string>,
): Promise<string> {
  const request = await PairingRequest.open(options);
  try {
    return await request.confirm(await askForCode(request.secondsLeft));
  } finally {
    request.close();
  }
}

/**
 * Swaps the code in the link that the daemon printed for an owner's token.
 *
 * @throws {PalimpsestError} PAIRING_FAILED, CONNECTION_LOST.
 */
export async function launch({
  code,
  name,
  ...address
}: Address & { readonly code: string; readonly name: string }): Promise<string> {
  const connection = await connect(address);
  try {
    const { token } = await connection.call('pair.launch', { code, name });
    return token;
  } finally {
    connection.close();
  }
}

const ignore = (): void => {};

async function connect(
  address: Address,
  onClose: (reason: PalimpsestError) => void = ignore,
  onNotification: (name: string) => void = ignore,
): Promise<Connection> {
  const { urls, webSocket } = addressOf(address);
  const socket = await firstOf(urls, (url) => openSocket(url, webSocket));
  return new Connection(socket, { onNotification, onFrame: ignore, onClose });
}
