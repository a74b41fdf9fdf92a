/** @file Who is there: hello, pairing, and the clients that were let in. */

import * as z from 'zod/mini';
import { MAX_CLIENT_NAME } from './limits.ts';
import { method, notification } from './method.ts';

/** Shown to people, on a terminal too: so no control characters. */
const ClientName = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(MAX_CLIENT_NAME),
    z.regex(/^[\p{L}\p{N}\p{P}\p{S} ]+$/u),
    z.describe('what the client is called, for people: letters, digits, signs and spaces'),
  );

/** Letters that show nothing: fillers of Hangul, and the empty pattern of Braille. */
const INVISIBLE = '\\u115f\\u1160\\u3164\\uffa0\\u2800';

/** As clients give it: something in it can be seen. Those that were let in before keep theirs. */
const NewClientName = ClientName.check(z.regex(new RegExp(`[^ ${INVISIBLE}]`, 'u')));

/** 256 bits from a good source. */
const Token = z
  .string()
  .check(z.regex(/^[0-9a-f]{64}$/), z.describe('the secret of a client: 64 hex digits; keep it private'));

const hex = (digits: number, description: string) =>
  z
    .string()
    .check(z.regex(new RegExp(`^[0-9a-f]{${digits}}$`)), z.describe(`${description}; ${digits} hex digits`));

const ClientId = z.string().check(z.regex(/^[\w-]{1,64}$/), z.describe('the id of a client'));

const time = (description: string) => z.number().check(z.describe(`${description}, in ms since 1970`));

export const ClientInfo = z.strictObject({
  id: ClientId,
  name: ClientName,
  access: z.enum(['client', 'owner']).check(z.describe('owner may also see and revoke clients')),
  createdAt: time('when it was paired'),
});
export type ClientInfo = z.infer<typeof ClientInfo>;

const Granted = z.strictObject({ token: Token, client: ClientInfo });

/** The origin of a connection that is no page's. */
export const PROGRAM = 'program';

/** Where a connection comes from, for people: a client's name can be chosen, this cannot. */
export function placeOf(origin: string): string {
  if (origin === PROGRAM) return 'a program on this computer';
  return origin === 'null' ? 'a page without an address, such as a plugin in Figma' : `a page of ${origin}`;
}

const ASCII = /^[ -~]*$/;
/** Letters of Hebrew or Arabic turn the signs and digits beside them around, unless they are set apart. */
const FIRST_STRONG_ISOLATE = '\u2068';
const POP_ISOLATE = '\u2069';

/**
 * A client's name within a line for people, on the terminal or a page: whoever chose it can neither turn around what stands
 * beside it nor hide anything.
 */
export function shownName(name: string): string {
  const visible = name.replace(/\p{C}/gu, '');
  return ASCII.test(visible) ? visible : `${FIRST_STRONG_ISOLATE}${visible}${POP_ISOLATE}`;
}

/** A pairing that waits for its code to be typed in. */
export const PendingPairing = z.strictObject({
  name: ClientName,
  origin: z
    .string()
    .check(
      z.describe(
        'where the request comes from: the origin of a page, "null" for a page without one, as of a plugin in Figma, or "program"',
      ),
    ),
  code: z.string().check(z.regex(/^\d{6}$/), z.describe('the code to type into the client')),
  secondsLeft: z.int().check(z.minimum(0), z.describe('until the code expires')),
});
export type PendingPairing = z.infer<typeof PendingPairing>;

export const sessionMethods = {
  'hello.prove': method({
    summary: 'Let the daemon prove that it is the one that you are paired with, before you tell it anything',
    description:
      'KEY is the sha256 of your token as text, and MAC(text) the HMAC-SHA-256 of a text with KEY, in hex. The proof is MAC("palimpsest daemon PORT NONCE THEIRS"), where PORT is the port that you have connected to, NONCE your nonce and THEIRS that of the answer. Compare it; if it differs, another program has the port. Then say hello with a proof of your own.',
    access: 'anyone',
    params: z.strictObject({
      name: hex(32, 'says which token you have: the first digits of MAC("palimpsest name")'),
      nonce: hex(64, 'random, and new for each connection'),
    }),
    result: z.strictObject({
      nonce: hex(64, 'random, of the daemon'),
      proof: hex(64, 'that the daemon has the key'),
    }),
    errors: [],
  }),
  hello: method({
    summary: 'Say who you are: after hello.prove, the first message on every connection',
    description:
      'Has to come within 5 seconds. A connection whose proof or token is wrong is closed with code 4401. The token is in the token file on this machine, or was granted by pair.confirm. A proof keeps it to yourself; a script that trusts the port can give the token instead, without hello.prove.',
    access: 'anyone',
    params: z.strictObject({
      proof: z.optional(
        hex(64, 'the token, exclusive or MAC("palimpsest client PORT NONCE THEIRS") as in hello.prove'),
      ),
      token: z.optional(Token),
      protocol: z.int().check(z.describe('the version of this protocol that the client speaks: 1')),
    }),
    result: z.strictObject({
      protocol: z.int().check(z.describe('the version that the daemon speaks')),
      version: z.string().check(z.describe('of the daemon')),
      client: ClientInfo,
      capabilities: z
        .array(z.string())
        .check(
          z.describe(
            'what this daemon can do beyond version 1 of the protocol; ignore names that you do not know',
          ),
        ),
    }),
    errors: ['PROTOCOL_UNSUPPORTED'],
  }),
  'pair.request': method({
    summary: 'Ask to be let in: the daemon shows a 6-digit code to the person',
    description:
      'Answered when the code is shown: on the terminal of the daemon and on its own page, for 2 minutes and 5 tries. One code is shown at a time, for 45 seconds where others wait. Who has to wait hears pair.waiting. Turns go round by where requests come from; who closes its connection gives up its turn.',
    access: 'anyone',
    params: z.strictObject({ name: NewClientName }),
    result: z.strictObject({
      pairing: z.string().check(z.describe('names this pairing in pair.confirm')),
      secondsLeft: z.int().check(z.describe('until the code expires; fewer where others ask meanwhile')),
    }),
    errors: ['PAIRING_BUSY'],
  }),
  'pair.confirm': method({
    summary: 'Type in the code: grants a token to keep, which says hello from then on',
    access: 'anyone',
    params: z.strictObject({
      pairing: z.string().check(z.maxLength(64), z.describe('as pair.request gave it')),
      code: z.string().check(z.regex(/^\d{6}$/), z.describe('the 6 digits that the daemon shows')),
    }),
    result: Granted,
    errors: ['PAIRING_FAILED'],
  }),
  'pair.launch': method({
    summary: "Open the daemon's own page: swaps the code in the printed link for a token",
    access: 'anyone',
    params: z.strictObject({
      code: z
        .string()
        .check(z.regex(/^[0-9a-f]{32}$/), z.describe('from the link that the daemon printed; works once')),
      name: NewClientName,
    }),
    result: Granted,
    errors: ['PAIRING_FAILED'],
  }),
  'pair.pending': method({
    summary: 'The pairing that waits for its code, if there is one',
    access: 'owner',
    params: z.strictObject({}),
    result: z.strictObject({ pending: z.nullable(PendingPairing) }),
    errors: [],
  }),
  'clients.list': method({
    onlyReads: true,
    summary: 'The clients that have been let in',
    access: 'owner',
    params: z.strictObject({}),
    result: z.strictObject({ clients: z.array(ClientInfo) }),
    errors: [],
  }),
  'clients.revoke': method({
    summary: 'Take back the token of a client: its connections are closed, its jobs cancelled',
    access: 'owner',
    params: z.strictObject({ id: ClientId }),
    result: z.strictObject({ revoked: z.boolean().check(z.describe('false when there was no such client')) }),
    errors: [],
  }),
};

export const sessionNotifications = {
  'pair.waiting': notification({
    summary: 'Your pair.request waits for its turn: told at once, and each time another has its turn',
    access: 'anyone',
    params: z.strictObject({
      others: z.int().check(z.minimum(0), z.describe('that wait with you, before or behind')),
    }),
  }),
  'pair.changed': notification({
    summary: 'A pairing began, or is over',
    access: 'owner',
    params: z.strictObject({ pending: z.nullable(PendingPairing) }),
  }),
};
