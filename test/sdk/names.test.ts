/** The words of an edit can be read from the name of its result, where nothing else is left of it. */

import { EditOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { type Order, resultName, wordsOfName } from '@palimpsest/sdk';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const inversion = InversionOptions.parse({});

function edit(source: string, target: string, weights: EditOptions['weights'] = []): Order {
  const options = EditOptions.parse({ weights });
  return { model: 'tiny', source, target, inversion, edit: options, masking: 'none' };
}

const style: Order = {
  ...{ model: 'tiny', source: 'a house', styleSource: 'a watercolor', inversion },
  ...{ style: { id: '1', name: 'painting (copy)' }, options: StyleOptions.parse({}) },
};

describe('the words of a name', () => {
  it.each([
    ['a change', edit('a dog', 'a tiger'), { source: 'a dog', target: 'a tiger' }],
    ['an arrow in the target', edit('a dog', 'a → b'), { source: 'a dog', target: 'a → b' }],
    [
      'weights',
      edit('a big dog', 'a big dog', [
        { word: 'big', weight: 2 },
        { word: 'dog', weight: -0.5 },
      ]),
      { source: 'a big dog', target: 'a big dog' },
    ],
    ['a style', style, { source: 'a house', target: '' }],
  ])('are those of %s', (_, order, words) => {
    expect(wordsOfName(resultName(order))).toEqual(words);
  });

  it.each(['Layer 1', '', ' → ', 'a → ', 'sky (2)', `${'x'.repeat(3000)} → y`])('are none in %j', (name) => {
    expect(wordsOfName(name)).toBeNull();
  });

  it('are found soon, whatever the name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (name) => {
        wordsOfName(name);
      }),
    );
    wordsOfName('a (× 1, '.repeat(400));
  });
});
