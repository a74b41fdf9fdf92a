/** Where a text stops being JSON is told by line and column, whatever the engine's own message says. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFault, jsonOf } from '../../daemon/src/files/json.ts';
import { placeOfFault } from '../../daemon/src/files/jsonFault.ts';

const faultOf = (text: string): string => {
  try {
    jsonOf(Buffer.from(text));
    return 'none';
  } catch (error) {
    return error instanceof JsonFault ? error.message : String(error);
  }
};

describe('a fault of JSON', () => {
  it.each([
    ['{\n  "port": 47391,\n  "log": info\n}', 'line 3, column 10'],
    ['{\r\n"a": 1,\r\n}', 'line 3, column 1'],
    ['{"a" 1}', 'line 1, column 6'],
    ['{"a": [1, 2}', 'line 1, column 12'],
    ["{'a': 1}", 'line 1, column 2'],
    ['{"a": 01}', 'line 1, column 7'],
    ['{"a": "b\nc"}', 'line 1, column 7'],
    ['{"a": 1}\n// more', 'line 2, column 1'],
    ['{"a": {"b": 1}', 'line 1, column 15'],
    ['', 'line 1, column 1'],
    ['\ufeff{,}', 'line 1, column 2'],
  ])('in %j is at %s', (text, place) => {
    expect(faultOf(text)).toBe(place);
  });

  it('is never seen in JSON, and in what is cut short at its end', () => {
    fc.assert(
      fc.property(fc.json(), fc.nat(), (text, cut) => {
        const { line, column } = placeOfFault(text);
        expect([line, column]).toEqual([1, text.length + 1]);
        const start = `[${text}`.slice(0, 1 + (cut % (text.length + 1)));
        expect(faultOf(start)).not.toBe('none');
      }),
    );
  });
});
