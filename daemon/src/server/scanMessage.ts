/**
 * @file A quick look through the text of a message before it is parsed, since parsing takes long where there is much,
 * and rounds numbers: how much it holds, and the exact text of its requests' ids.
 */

import { MAX_BATCH, type Sentence, sentence } from '@palimpsest/protocol';
import { LIMITS } from './limits.ts';

/** What is known of a message from its text. */
export interface Scan {
  /** What is too much of, in words for who sent it; null where nothing is. */
  readonly excess: Sentence | null;
  /** Of each request that has one, by its place in the batch, the id as it is written. Means nothing where the text is no JSON. */
  readonly ids: ReadonlyMap<number, string>;
}

/** An `id`, its letters escaped or not. */
const ID_KEYS = ['"id"', '"\\u0069d"', '"i\\u0064"', '"\\u0069\\u0064"'];
/** White space, as JSON has it. */
const WHITE = /[ \t\r\n]*/y;
/** A number, or a word such as null. */
const BARE = /[^\s,\]}]*/y;

/** Never throws, and takes time with the length of the text only. */
export function scanMessage(text: string): Scan {
  const ids = new Map<number, string>();
  const inBatch = text[afterMatch(WHITE, text, 0)] === '[' ? 1 : 0;
  let depth = 0;
  let request = 0;
  let values = 1;
  /** Where the value of the request's last id begins: read at its end, for one counts, however many there are. */
  let idAt: number | null = null;
  let isAfterId = false;
  const endRequest = () => {
    if (idAt !== null) ids.set(request, valueAt(text, afterMatch(WHITE, text, idAt)));
    idAt = null;
  };
  const found = (excess: Sentence | null): Scan => {
    endRequest();
    return { excess, ids };
  };
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfText(text, at);
        isAfterId = depth === inBatch + 1 && isIdKey(text, at, end);
        at = end - 1;
        break;
      }
      case ':':
        if (isAfterId) idAt = at + 1;
        isAfterId = false;
        break;
      case '[':
      case '{':
        if (++depth > LIMITS.depth)
          return found(sentence`is nested more than ${{ most: LIMITS.depth }} deep`);
        break;
      case ']':
      case '}':
        depth--;
        break;
      case ',':
        if (++values > LIMITS.values)
          return found(sentence`holds more than ${{ most: LIMITS.values }} values in a request`);
        if (inBatch === 0 || depth !== inBatch) break;
        endRequest();
        if (++request === MAX_BATCH) return found(sentence`holds more than ${{ most: MAX_BATCH }} requests`);
        values = 1;
    }
  }
  return found(null);
}

const isIdKey = (text: string, start: number, end: number): boolean =>
  ID_KEYS.some((key) => end - start === key.length && text.startsWith(key, start));

/** Of a text or a number; of anything else, its beginning. */
const valueAt = (text: string, start: number): string =>
  text.slice(start, text[start] === '"' ? endOfText(text, start) : afterMatch(BARE, text, start));

/** @param start of its first quote. Returns what comes after its last one. */
function endOfText(text: string, start: number): number {
  for (let quote = text.indexOf('"', start + 1); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let before = quote - 1;
    while (text[before] === '\\') before--;
    if ((quote - before) % 2 === 1) return quote + 1;
  }
  return text.length;
}

function afterMatch(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : at;
}
