/** Prompts that look the same are the same: for the model, and for whoever compares words. */

import { diffPrompts, plainPrompt, wordsOf } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';

describe('a prompt is taken as it looks', () => {
  it.each([
    ['a soft hyphen', 'a ca\u00adt', 'a cat'],
    ['a zero-width space', 'a c\u200bat', 'a cat'],
    ['joiners', 'a c\u200da\u200ct', 'a cat'],
    ['a byte order mark', '\ufeffa cat', 'a cat'],
    ['marks of direction', '\u202ba\u200f cat\u202c\u2066\u2069', 'a cat'],
    ['a variation selector after a letter', 'a cat\ufe0f', 'a cat'],
    ['a control character', 'a c\u0000at\u0008', 'a cat'],
    ['full-width letters and signs', 'ａ　ｃａｔ，　１２', 'a\u3000cat,\u300012'],
    ['bold letters of mathematics', 'a 𝐜𝐚𝐭 𝟙', 'a cat 1'],
    ['ligatures', 'a ﬁsh, a cliﬀ', 'a fish, a cliff'],
    ['half-width katakana', 'ﾊﾞﾗ', 'バラ'],
  ])('without %s', (_, prompt, plain) => {
    expect(plainPrompt(prompt)).toBe(plain);
    expect(plainPrompt(plain)).toBe(plain);
  });

  it.each([
    'a cat, a dog!\n"2²" 5 µm 1º … ™',
    'naïve cafe\u0301 İstanbul straße',
    'a ❤\ufe0f and 👩\u200d🚀 and 👋🏽 and 1\ufe0f\u20e3 and 🏴\u{e0067}\u{e0062}\u{e007f}',
    'می\u200cخواهم क्\u200dष',
    'ㅋㅋ 猫 犬 кошка γάτα',
  ])('and otherwise as it is: %s', (prompt) => {
    expect(plainPrompt(prompt)).toBe(prompt);
  });
});

it('words that look the same do not differ', () => {
  expect(diffPrompts(wordsOf('a c\u00adat on ｇrass'), wordsOf('A cat on grass'))).toEqual({
    ...{ kind: 'replace', removed: [], added: [] },
  });
});
