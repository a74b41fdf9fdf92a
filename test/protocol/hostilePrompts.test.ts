/** Prompts that are made to be dear to look at. A pattern that tries a sign in several ways takes minutes for these. */

import { diffPrompts, plainPrompt, withoutPunctuation, wordsOf } from '@palimpsest/protocol';
import { promptNotices } from '@palimpsest/protocol/prompt-notices';
import { describe, expect, it } from 'vitest';

/** Long enough that a time that grows with the square is beyond any patience. */
const LONG = 200_000;
const row = (signs: string, length = LONG) => signs.repeat(length / signs.length);
/** Shorter: where the time grew with the cube, a prompt of this length took most of a minute. */
const CUBE = 4000;

describe('a hostile prompt is read to its end', () => {
  it.each([
    ['brackets and letters', row('(', CUBE) + row('a', CUBE)],
    ['square brackets and letters', row('[', CUBE) + row('a', CUBE)],
    ['braces and letters', row('{', CUBE) + row('a', CUBE)],
    ['brackets', row('(')],
    ['letters', row('a')],
    ['letters and plus signs', `${row('a')}${row('+')}a`],
    ['digits after a colon', `(a:${row('1')}`],
    ['digits after a colon, and no number', `(a:${row('1')}x)`],
    ['a time without an end', `[a:${row('1')}`],
    ['colons in a square bracket', `[${row(':1')}`],
    ['strokes in a square bracket', `[${row('|')}`],
    ['strokes in a brace', `{${row('|')}`],
    ['underscores', `${row('_')} `],
    ['the strength of a LoRA without an end', `<lora:a:${row('1')}`],
    ['beginnings of LoRAs', row('<lora:a')],
  ])('%s', (_, hostile) => {
    const notices = promptNotices(`${hostile} AND (star:1.3)`);
    expect(notices.find(({ code }) => code === 'SYNTAX_STRENGTH')?.facts).toEqual({
      ...{ part: '(star:1.3)', words: 'star', factor: 1.3 },
    });
  });

  it.each([
    ['joiners after a letter', `a${row('\u200d')}b`, 'ab'],
    ['joiners after an emoji', `❤${row('\ufe0f')}`, `❤${row('\ufe0f')}`],
    ['joiners before a keycap', `1${row('\u200d')}\ufe0f\u20e3`, '1\ufe0f\u20e3'],
    ['invisible signs', row('\u00ad'), ''],
  ])('%s', (_, hostile, plain) => {
    // Not toBe: it would print a difference of this length.
    expect(plainPrompt(hostile) === plain).toBe(true);
  });

  it('a word of punctuation', () => {
    const { before, bare, after } = withoutPunctuation(`"${row('a!')}b…"`);
    expect([before, bare.length, after]).toEqual(['"', LONG + 1, '…"']);
    const signs = withoutPunctuation(`a${row('!')}b`);
    expect([signs.before, signs.bare.length, signs.after]).toEqual(['', LONG + 2, '']);
  });

  it('reads each word once to compare two prompts', () => {
    let read = 0;
    const counted = (prompt: string) =>
      wordsOf(prompt).map(({ text }) => ({
        get text() {
          read += 1;
          return text;
        },
      }));
    const { removed, added } = diffPrompts(counted('a b '.repeat(100)), counted('b c a '.repeat(100)));
    expect([removed.length, added.length].every((count) => count > 0)).toBe(true);
    expect(read).toBeLessThan(10 * 500);
  });
});
