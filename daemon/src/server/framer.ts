/**
 * @file From the text of a message to requests. Everything that json-rpc-2.0 does not guard against is refused here,
 * with the code that the specification gives it.
 */

import { JSON_RPC_ERRORS } from '@palimpsest/protocol';
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
  readonly error: { readonly code: number; readonly message: string };
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
  const { parse, invalidRequest } = JSON_RPC_ERRORS;
  const single = (refusal: Refusal): Message => ({ entries: [refusal], batch: false });
  const { excess, ids } = scanMessage(text);
  if (excess !== null) return single(refuse(invalidRequest, `The message ${excess}.`));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return single(refuse(parse, 'The message is not JSON.'));
  }
  if (!Array.isArray(value)) return { entries: [readRequest(value, ids.get(0))], batch: false };
  if (value.length === 0) return single(refuse(invalidRequest, 'The batch is empty.'));
  return { entries: withoutTwins(value.map((each, i) => readRequest(each, ids.get(i)))), batch: true };
}

export const isRefusal = (entry: Request | Refusal): entry is Refusal => 'error' in entry;

export function refuse(code: number, message: string, id: RequestId | null = null): Refusal {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

/** @param written its id, to the letter. */
function readRequest(value: unknown, written: RequestId | undefined): Request | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(JSON_RPC_ERRORS.invalidRequest, 'A request is an object.');
  }
  const { jsonrpc, method, params = {}, id } = value as Record<string, unknown>;
  const known = written !== undefined && isId(id, written) ? written : null;
  const invalid = (message: string) => refuse(JSON_RPC_ERRORS.invalidRequest, message, known);
  if (id !== undefined && known === null) {
    return invalid(`The id of a request is a number, or text of at most ${MAX_ID} characters.`);
  }
  if (jsonrpc !== '2.0') return invalid('A request says "jsonrpc": "2.0".');
  if (typeof method !== 'string' || method.length > MAX_METHOD) return invalid('A request names its method.');
  if (typeof params !== 'object' || params === null || Array.isArray(params)) {
    return refuse(JSON_RPC_ERRORS.invalidParams, 'Params go by name, in an object.', known);
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
      return refuse(
        JSON_RPC_ERRORS.invalidRequest,
        'Another request of this batch has the same id.',
        entry.id,
      );
    }
    seen.add(entry.id);
    return entry;
  });
}
