/**
 * @file From the text of a message to requests: everything that json-rpc-2.0 does not guard against is refused here, with
 * the code that the specification gives it.
 */

import { JSON_RPC_ERRORS, MAX_BATCH } from '@palimpsest/protocol';
import { isRounded, withMarkedIds } from './exactIds.ts';
import { LIMITS } from './limits.ts';

export type RequestId = string | number;

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
  if (tooDeep(text)) {
    return single(refuse(invalidRequest, `The message is nested more than ${LIMITS.depth} deep.`));
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
    if (hasRoundedIds(value)) value = JSON.parse(withMarkedIds(text));
  } catch {
    return single(refuse(parse, 'The message is not JSON.'));
  }
  if (!Array.isArray(value)) return { entries: [readRequest(value)], batch: false };
  if (value.length === 0) return single(refuse(invalidRequest, 'The batch is empty.'));
  if (value.length > MAX_BATCH) {
    return single(
      refuse(
        invalidRequest,
        `The batch has ${value.length} requests; at most ${MAX_BATCH} may come at once.`,
      ),
    );
  }
  return { entries: withoutTwins(value.map(readRequest)), batch: true };
}

export const isRefusal = (entry: Request | Refusal): entry is Refusal => 'error' in entry;

export function refuse(code: number, message: string, id: RequestId | null = null): Refusal {
  return { jsonrpc: '2.0', id, error: { code, message } };
}

function hasRoundedIds(value: unknown): boolean {
  const entries: readonly unknown[] = Array.isArray(value) ? value : [value];
  return entries.some(
    (entry) => typeof entry === 'object' && entry !== null && 'id' in entry && isRounded(entry.id),
  );
}

function readRequest(value: unknown): Request | Refusal {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return refuse(JSON_RPC_ERRORS.invalidRequest, 'A request is an object.');
  }
  const { jsonrpc, method, params = {}, id } = value as Record<string, unknown>;
  const known = isId(id) ? id : null;
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
const isId = (id: unknown): id is RequestId =>
  typeof id === 'string' ? id.length <= MAX_ID : Number.isFinite(id);

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

/** Looks before JSON.parse does, which would use the stack. */
function tooDeep(text: string): boolean {
  let depth = 0;
  let inText = false;
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (inText) {
      if (char === '\\') i++;
      else if (char === '"') inText = false;
    } else if (char === '"') inText = true;
    else if (char === '[' || char === '{') {
      if (++depth > LIMITS.depth) return true;
    } else if (char === ']' || char === '}') depth--;
  }
  return false;
}
