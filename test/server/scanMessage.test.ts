/** The look through a message's text: one pass, whatever it is full of. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { scanMessage } from '../../daemon/src/server/scanMessage.ts';

afterEach(() => vi.restoreAllMocks());

describe('scanMessage', () => {
  it('looks for no pattern at each id of a message that is full of them', () => {
    const test = vi.spyOn(RegExp.prototype, 'test');
    const { ids } = scanMessage(`{${'"id":'.repeat(200_000)}"last"}`);
    const looks = test.mock.calls.length;
    expect([...ids]).toEqual([[0, '"last"']]);
    expect(looks).toBeLessThan(10);
  });

  it.each([
    ['{"id":1,"id":2}', [[0, '2']]],
    ['{"a":{"id":1},"i\\u0064" : \n "x"}', [[0, '"x"']]],
    ['{"id":"id","a":["id",1]}', [[0, '"id"']]],
    [
      '[{"id":1},{"method":"id"},{"\\u0069\\u0064":-0}]',
      [
        [0, '1'],
        [2, '-0'],
      ],
    ],
  ])('tells the last id of each request of %s', (text, ids) =>
    expect([...scanMessage(text).ids]).toEqual(ids),
  );
});
