/**
 * @file How a daemon and a client prove to each other that they know a token, which itself is never told.
 *
 * The daemon keeps the sha256 of each token, its _key_, and proves first that it has it; whoever else holds its port
 * learns nothing. Then the client sends its token under a mask that is made from the key: the daemon takes the mask
 * off, and sees whether the sha256 is the key. So whoever has read the daemon's list of keys cannot say hello, and
 * whoever has neither cannot take the mask off. Both are made anew from two numbers for each connection, and from the
 * port: a program at another port cannot pass questions on to the daemon. (It is SCRAM of RFC 5802 without passwords,
 * the daemon's proof before the client's.)
 */

export interface Handshake {
  /** That the client has connected to, and the daemon listens on. */
  readonly port: number;
  /** 256 random bits each, in hex. */
  readonly clientNonce: string;
  readonly daemonNonce: string;
}

/** What the daemon keeps of a token; in hex, as all that follows. */
export const keyOf = async (token: string): Promise<string> =>
  toHex(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(token)));

/** Names the key that a client asks for; it gives nothing of the key away, and means nothing to others. */
export const nameOfKey = async (key: string): Promise<string> =>
  (await authenticated(key, 'palimpsest name')).slice(0, 32);

/** What only a daemon with the key can say. */
export const proofOfDaemon = (key: string, handshake: Handshake): Promise<string> =>
  authenticated(key, `palimpsest daemon ${textOf(handshake)}`);

/** What only a client with the token can say. */
export const proofOfClient = async (token: string, key: string, handshake: Handshake): Promise<string> =>
  combine(token, await maskOf(key, handshake));

/** The token of a client's proof; whether it is right shows by its key. */
export const tokenOfProof = async (proof: string, key: string, handshake: Handshake): Promise<string> =>
  combine(proof, await maskOf(key, handshake));

/** How long before and after its time a ticket is good, in ms: who has overheard one can do nothing with it later. */
export const TICKET_LIFE = 10_000;

/** Leads to the places that the daemon keeps for a client: once, now, and at that port. */
export interface Ticket {
  /** Of the key. */
  readonly name: string;
  readonly port: number;
  /** In ms since 1970. */
  readonly time: number;
  readonly nonce: string;
}

/** A ticket as it stands in an address; it tells nothing of the key. */
export async function writeTicket(key: string, { name, port, time, nonce }: Ticket): Promise<string> {
  const proof = await authenticated(key, `palimpsest place ${port} ${time} ${nonce}`);
  return `${name}.${time}.${nonce}.${proof}`;
}

/** A number that nobody can foresee. */
export const newNonce = (): string => toHex(crypto.getRandomValues(new Uint8Array(32)).buffer);

const maskOf = (key: string, handshake: Handshake): Promise<string> =>
  authenticated(key, `palimpsest client ${textOf(handshake)}`);

const textOf = ({ port, clientNonce, daemonNonce }: Handshake): string =>
  `${port} ${clientNonce} ${daemonNonce}`;

/** HMAC-SHA-256. */
async function authenticated(key: string, text: string): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const imported = await crypto.subtle.importKey('raw', fromHex(key), algorithm, false, ['sign']);
  return toHex(await crypto.subtle.sign('HMAC', imported, new TextEncoder().encode(text)));
}

/** Exclusive or, of two numbers of one length. */
function combine(a: string, b: string): string {
  const mask = fromHex(b);
  return toHex(fromHex(a).map((byte, i) => byte ^ mask[i]!).buffer);
}

const toHex = (bytes: ArrayBuffer): string =>
  Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, '0')).join('');

const fromHex = (hex: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(hex.match(/../g) ?? [], (digits) => Number.parseInt(digits, 16));
