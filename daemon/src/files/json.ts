/** @file Texts and JSON from outside: other programs write them, with or without a byte order mark. */

import { readFileSync } from 'node:fs';
import { placeOfFault } from './jsonFault.ts';

/** What texts may begin with, and the encoding that it stands for. */
const MARKS: readonly (readonly [readonly number[], string])[] = [
  [[0xff, 0xfe], 'utf-16le'],
  [[0xfe, 0xff], 'utf-16be'],
];

/** A text in UTF-8, with or without a byte order mark, or in UTF-16 with one, as Windows' own programs save. */
export function textOf(bytes: Uint8Array): string {
  const mark = MARKS.find(([start]) => start.every((byte, i) => bytes[i] === byte));
  return new TextDecoder(mark?.[1] ?? 'utf-8').decode(bytes);
}

/** What is not JSON; its message says where it stops being so, such as "line 3, column 5". */
export class JsonFault extends SyntaxError {}

/** @throws {JsonFault} for what is not JSON. */
export function jsonOf(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { line, column } = placeOfFault(text);
    throw new JsonFault(`line ${line}, column ${column}`, { cause });
  }
}

/** @throws {JsonFault} for what is not JSON; as `readFileSync`. */
export const readJson = (path: string): unknown => jsonOf(readFileSync(path));
