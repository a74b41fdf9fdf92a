/** @file Who a client is to its daemon, and the daemon to it: hello, with proofs in place of the token (proof.ts). */

import { type ErrorCode, PalimpsestError } from '../errors.ts';
import { PROTOCOL_VERSION } from '../limits.ts';
import type { Result } from '../methods.ts';
import {
  type Handshake,
  keyOf,
  nameOfKey,
  newNonce,
  proofOfClient,
  proofOfDaemon,
  writeTicket,
} from '../proof.ts';
import { sentence } from '../sentence.ts';
import type { Connection } from './connection.ts';

/** How long the daemon may take to prove itself, in ms: as long as it waits for a hello. */
const PATIENCE = 5000;

export class Identity {
  private readonly token: string;
  private readonly key: string;
  private readonly name: string;

  private constructor(token: string, key: string, name: string) {
    this.token = token;
    this.key = key;
    this.name = name;
  }

  static async of(token: string): Promise<Identity> {
    const key = await keyOf(token);
    return new Identity(token, key, await nameOfKey(key));
  }

  /** Where the daemon keeps places for this client, which no stranger can take. Leads there once. */
  async placeAt(url: string): Promise<string> {
    const place = new URL(url);
    const ticket = { name: this.name, port: portOf(url), time: Date.now(), nonce: newNonce() };
    place.pathname += `/${await writeTicket(this.key, ticket)}`;
    return place.href;
  }

  /**
   * Lets the daemon prove itself.
   *
   * @param url that the connection was opened to.
   * @throws {PalimpsestError} DAEMON_UNPROVEN; NOT_AUTHORISED when it says that it does not know us; CONNECTION_LOST.
   */
  async verify(connection: Connection, url: string): Promise<Handshake> {
    const clientNonce = newNonce();
    const asked = connection.call('hello.prove', { name: this.name, nonce: clientNonce });
    // It may be anybody, and its answer anything.
    const answer: unknown = await inTime(asked, url).catch((error: unknown) => {
      throw error instanceof PalimpsestError && BEFORE_PROOF.has(error.code) ? error : unproven(url);
    });
    if (!isAnswer(answer)) throw unproven(url);
    const handshake: Handshake = { port: portOf(url), clientNonce, daemonNonce: answer.nonce };
    // How long comparing takes gives nothing away: the other side knows both, or neither.
    if (answer.proof !== (await proofOfDaemon(this.key, handshake))) throw unproven(url);
    return handshake;
  }

  /**
   * Says hello to a daemon that has proven itself.
   *
   * @throws {PalimpsestError} NOT_AUTHORISED, PROTOCOL_UNSUPPORTED, RATE_LIMITED, CONNECTION_LOST.
   */
  async sayHello(connection: Connection, handshake: Handshake): Promise<Result<'hello'>> {
    const proof = await proofOfClient(this.token, this.key, handshake);
    return connection.call('hello', { proof, protocol: PROTOCOL_VERSION });
  }
}

/** What a daemon can say in place of a proof. */
const BEFORE_PROOF: ReadonlySet<ErrorCode> = new Set(['NOT_AUTHORISED', 'CONNECTION_LOST', 'RATE_LIMITED']);

const isNumber = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);

const isAnswer = (value: unknown): value is Result<'hello.prove'> =>
  typeof value === 'object' &&
  value !== null &&
  'nonce' in value &&
  'proof' in value &&
  isNumber(value.nonce) &&
  isNumber(value.proof);

async function inTime<T>(asked: Promise<T>, url: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(unproven(url)), PATIENCE);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

function portOf(url: string): number {
  const { port, protocol } = new URL(url);
  return port === '' ? (protocol === 'wss:' ? 443 : 80) : Number(port);
}

const unproven = (url: string): PalimpsestError =>
  new PalimpsestError(
    'DAEMON_UNPROVEN',
    sentence`What answers at ${{ host: new URL(url).host }} is not the daemon that this client is paired with, so nothing was told to it. Another program may have the port: end it, and start the daemon again. If the daemon was set up anew, pair again.`,
  );
