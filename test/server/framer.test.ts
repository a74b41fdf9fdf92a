/** What json-rpc-2.0 does not guard against, refused with the codes of the specification. */

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
    ['another version', request({ jsonrpc: '1.0' }), [[-32600, 1]]],
    ['no method', request({ method: 5 }), [[-32600, 1]]],
    ['an object as id', request({ id: {} }), [[-32600, null]]],
    ['null as id', request({ id: null }), [[-32600, null]]],
    ['an endless number as id', request().replace('"id":1', '"id":1e999'), [[-32600, null]]],
    ['params by position', request({ params: [] }), [[-32602, 1]]],
    ['params that are text', request({ params: 'x' }), [[-32602, 1]]],
    ['twins', `[${request()},${request()}]`, ['status', [-32600, 1]]],
    ['a long method', request({ method: 'x'.repeat(65) }), [[-32600, 1]]],
    ['17 requests', `[${Array(17).fill(request()).join()}]`, [[-32600, null]]],
    ['33 levels', '['.repeat(33) + ']'.repeat(33), [[-32600, null]]],
    ['a million levels', '['.repeat(1_000_000), [[-32600, null]]],
    ['a name of Object.prototype', request({ method: '__proto__' }), ['__proto__']],
    ['brackets in text', request({ params: { a: '['.repeat(100) } }), ['status']],
  ])('answers %s', (_, text, expected) => expect(codes(text)).toEqual(expected));

  it.each([1.5, -1, 1e300])('takes %s for an id, so that its answer finds its way', (id) => {
    expect(readMessage(request({ id })).entries).toMatchObject([{ id, method: 'status' }]);
    expect(codes(request({ id, params: [] }))).toEqual([[-32602, id]]);
  });

  it('answers a batch of one with an array', () => {
    expect(readMessage(`[${request()}]`).batch).toBe(true);
    expect(readMessage(request()).batch).toBe(false);
  });
});
