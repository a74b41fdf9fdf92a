/**
 * @file From the text of a message to requests. Everything that json-rpc-2.0 does not guard against is refused here,
 * with the code that the specification gives it.
 */

import {
  type ErrorCode,
  JSON_RPC_ERRORS,
  type Sentence,
  sentence,
  telling,
  verbatim,
} from '@palimpsest/protocol';
import { toldOutside, type WireError } from './errorMapping.ts';
import { scanMessage } from './scanMessage.ts';

/** As it is written in JSON, so that the answer has it to the letter: a number of ours would round a time in nanoseconds. */
export type RequestId = string;

/** A request whose form is right; its method and params are not looked at yet. */
export interface Request {
  readonly jsonrpc: '2.0';
  readonly method: string;
  readonly params: object;
  /** A notification has none, and gets no answer. */
  readonly id?: RequestId;
}

/** A JSON-RPC answer that refuses. */
export interface Refusal {
  readonly jsonrpc: '2.0';
  readonly id: RequestId | null;
  readonly error: WireError;
}

export interface Message {
  /** In their order. */
  readonly entries: readonly (Request | Refusal)[];
  /** Whether the answer is an array. */
  readonly batch: boolean;
}

const MAX_METHOD = 64;
const MAX_ID = 128;

/** What a message holds. Never throws. */
export function readMessage(text: string): Message {
  const single = (refusal: Refusal): Message => ({ entries: [refusal], batch: false });
  const { excess, ids } = scanMessage(text);
  if (excess !== null) return single(refuse(sentence`The message ${{ excess }}.`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return single(refuse(verbatim('The message is not JSON.'), null, JSON_RPC_ERRORS.parse));
  }
  if (!Array.isArray(value)) return { entries: [readRequest(value, ids.get(0))], batch: false };
  if (value.length === 0) return single(refuse(verbatim('The batch is empty.')));
  return { entries: withoutTwins(value.map((each, i) => readRequest(each, ids.get(i)))), batch: true };
}

export const isRefusal = (entry: Request | Refusal): entry is Refusal => 'error' in entry;

/** @param number where JSON-RPC has another than -32600 for the case. */
function refuse(
  told: Sentence,
  id: RequestId | null = null,
  number: number = JSON_RPC_ERRORS.invalidRequest,
  code: ErrorCode = 'MESSAGE_INVALID',
): Refusal {
  return { jsonrpc: '2.0', id, error: toldOutside(code, told, number) };
}

/** @param written its id, to the letter. */
function readRequest(value: unknown, written: RequestId | undefined): Request | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(verbatim('A request is an object.'));
  }
  const { jsonrpc, method, params = {}, id } = value as Record<string, unknown>;
  const known = written !== undefined && isId(id, written) ? written : null;
  const invalid = (told: Sentence) => refuse(told, known);
  if (id !== undefined && known === null) {
    return invalid(
      sentence`The id of a request is a number, or text of at most ${{ longest: MAX_ID }} characters.`,
    );
  }
  if (jsonrpc !== '2.0') return invalid(verbatim('A request says "jsonrpc": "2.0".'));
  if (typeof method !== 'string' || method.length > MAX_METHOD) {
    return invalid(sentence`A request names its method, in at most ${{ longest: MAX_METHOD }} characters.`);
  }
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    const told = telling(verbatim('Params go by name, in an object.'), { path: 'params', type: 'object' });
    return refuse(told, known, JSON_RPC_ERRORS.invalidParams, 'OPTION_INVALID');
  }
  return { jsonrpc, method, params, ...(known === null ? {} : { id: known }) };
}

/** The specification advises against fractions, and allows them: whoever sends one waits for it. */
const isId = (id: unknown, written: RequestId): boolean =>
  typeof id === 'string' ? id.length <= MAX_ID : Number.isFinite(id) && written.length <= MAX_ID;

/** Of two requests with one id, the later is refused: nobody could tell their answers apart. */
function withoutTwins(entries: readonly (Request | Refusal)[]): (Request | Refusal)[] {
  const seen = new Set<RequestId>();
  return entries.map((entry) => {
    if (isRefusal(entry) || entry.id === undefined) return entry;
    if (seen.has(entry.id)) {
      return refuse(verbatim('Another request of this batch has the same id.'), entry.id);
    }
    seen.add(entry.id);
    return entry;
  });
}
