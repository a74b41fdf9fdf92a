/** What json-rpc-2.0 does not guard against, refused with the codes of the specification. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readMessage } from '../../daemon/src/server/framer.ts';

const codes = (text: string) =>
  readMessage(text).entries.map((entry) => ('error' in entry ? [entry.error.code, entry.id] : entry.method));
const request = (extra: object = {}) => JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'status', ...extra });

describe('readMessage', () => {
  it.each([
    ['no JSON', '{', [[-32700, null]]],
    ['nothing', '', [[-32700, null]]],
    ['null', 'null', [[-32600, null]]],
    ['a number', '7', [[-32600, null]]],
    ['an empty object', '{}', [[-32600, null]]],
    ['an empty batch', '[]', [[-32600, null]]],
    ['a batch with one bad entry', `[1,${request()}]`, [[-32600, null], 'status']],
    ['a batch in a batch', `[[${request()}]]`, [[-32600, null]]],
    ['another version', request({ jsonrpc: '1.0' }), [[-32600, '1']]],
    ['no method', request({ method: 5 }), [[-32600, '1']]],
    ['an object as id', request({ id: {} }), [[-32600, null]]],
    ['null as id', request({ id: null }), [[-32600, null]]],
    ['an endless number as id', request().replace('"id":1', '"id":1e999'), [[-32600, null]]],
    ['params by position', request({ params: [] }), [[-32602, '1']]],
    ['params that are text', request({ params: 'x' }), [[-32602, '1']]],
    ['twins', `[${request()},${request()}]`, ['status', [-32600, '1']]],
    ['a long method', request({ method: 'x'.repeat(65) }), [[-32600, '1']]],
    [
      'a number of 129 digits as id',
      request().replace('"id":1', `"id":${'1'.repeat(129)}`),
      [[-32600, null]],
    ],
    ['60,000 keys', request({ params: { ...Array(60_000).fill(0) } }), [[-32600, null]]],
    [
      '16 requests',
      `[${Array.from({ length: 16 }, (_, id) => request({ id })).join()}]`,
      Array(16).fill('status'),
    ],
    ['17 requests', `[${Array(17).fill(request()).join()}]`, [[-32600, null]]],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), [[-32600, null]]],
    ['a million levels', '['.repeat(1_000_000), [[-32600, null]]],
    ['a name of Object.prototype', request({ method: '__proto__' }), ['__proto__']],
    ['brackets in text', request({ params: { a: '['.repeat(100) } }), ['status']],
  ])('answers %s', (_, text, expected) => expect(codes(text)).toEqual(expected));

  it.each([
    ...[
      '1.5',
      '-1',
      '1e300',
      '1e3',
      '1.0',
      '-0',
      '9007199254740993',
      '9007199254740993.5',
      `${'7'.repeat(128)}`,
    ],
    ...['"a"', '"\\u0000123456789012345678"', '"\\u0061\\\\"', '"\\"id\\":7"', '"{,"', '""'],
  ])('takes %s for an id, to the letter', (id) => {
    for (const key of ['"id"', '"\\u0069d"', '"i\\u0064"', '"id":0,"id"']) {
      const text = `{"params":{"id":5}, ${key} :\t${id} ,"jsonrpc":"2.0","method":"status"}`;
      expect(readMessage(text).entries).toEqual([
        { jsonrpc: '2.0', id, method: 'status', params: { id: 5 } },
      ]);
      expect(readMessage(` [7,${text}]`).entries[1]).toMatchObject({ id, method: 'status' });
      expect(codes(text.replace('{"id":5}', '[{"id":5}]'))).toEqual([[-32602, id]]);
    }
  });

  it('finds the id of every request, whatever stands around it', () => {
    const named = fc.dictionary(
      fc.oneof(fc.string(), fc.constantFrom('id', 'ID', '"id"', 'idd')),
      fc.jsonValue(),
    );
    const one = fc.record({
      id: fc.oneof(fc.string(), fc.double({ noDefaultInfinity: true, noNaN: true })),
      params: named,
    });
    fc.assert(
      fc.property(
        fc.array(one, { minLength: 1, maxLength: 16 }),
        fc.constantFrom(0, 1),
        (requests, indent) => {
          const sent = requests.map((each) => ({ jsonrpc: '2.0', method: 'status', ...each }));
          const { entries } = readMessage(JSON.stringify(sent, null, indent));
          const twins = new Set();
          for (const [i, { id }] of requests.entries()) {
            const written = JSON.stringify(id);
            expect(entries[i]).toMatchObject(
              twins.has(written) ? { error: {} } : { id: written, method: 'status' },
            );
            twins.add(written);
          }
        },
      ),
    );
  });

  it.each(['"', '"\\', '\\"'])('reads a megabyte of %s in no more than its length', (part) => {
    // What goes back again and again for each of its letters would not end.
    expect(codes(part.repeat(500_000))).toEqual([[-32700, null]]);
    expect(codes(`["${part.repeat(500_000)}`)).toEqual([[-32700, null]]);
  });

  it.each(['"id":x', '"id":"', '"id":[', '"id" '])(
    'reads ids one after another (%s) in no more than its length',
    (part) => {
      // Where each of them was read to the end of the text, this would take hours.
      expect(codes(`{${part.repeat(150_000)}`)).toEqual([[part.endsWith('[') ? -32600 : -32700, null]]);
      expect(codes(`[{${part.repeat(150_000)}`)).toEqual([[part.endsWith('[') ? -32600 : -32700, null]]);
    },
  );

  it('answers a batch of one with an array', () => {
    expect(readMessage(`[${request()}]`).batch).toBe(true);
    expect(readMessage(request()).batch).toBe(false);
  });
});
