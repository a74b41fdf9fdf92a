/** From words to attention control. */

import { EditOptions } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import { crossControlAt } from '../../daemon/src/attention/crossControl.ts';
import { findWords } from '../../daemon/src/attention/words.ts';
import { planEdit } from '../../daemon/src/jobs/editPlan.ts';
import { loadTokenizer } from '../../daemon/src/networks/tokenizer.ts';
import { MODEL } from '../golden.ts';

const tokenizer = loadTokenizer(MODEL);
const prompts = { source: 'a red ball and a cat', target: 'a red star and a cat' };
const plan = (options: Partial<EditOptions>, words = prompts, steps = 10) =>
  planEdit(tokenizer, words, EditOptions.parse(options), steps);

describe('an edit plan', () => {
  it('swaps words where the prompts have as many, and refines where they have not', () => {
    expect(plan({}).kind).toBe('replace');
    expect(plan({}, { ...prompts, target: 'a shiny red ball and a cat' }).kind).toBe('refine');
    expect(plan({ kind: 'refine' }).kind).toBe('refine');
  });

  it('follows the source until tau_c, then the target is on its own', () => {
    const { cross } = plan({ tauC: 0.5 });
    const early = crossControlAt(cross, 0);
    expect([...new Set(early.own.data)]).toEqual([0]);
    expect(early.mapper.data.reduce((sum, x) => sum + x, 0)).toBeGreaterThan(0);
    const late = crossControlAt(cross, 9);
    expect([...new Set(late.own.data)]).toEqual([1]);
    expect([...new Set(late.mapper.data)]).toEqual([0]);
  });

  it.each([0, 0.5, 1])(
    'multiplies the attention of a weighted word at every step, tau_c being %d',
    (tauC) => {
      const { cross } = plan(
        { tauC, weights: [{ word: 'cat', weight: 3 }] },
        { ...prompts, target: prompts.source },
      );
      const [cat] = findWords(tokenizer, prompts.source, 'cat');
      for (let step = 0; step < 10; step++) {
        const { mapper, own } = crossControlAt(cross, step);
        // What a map of ones becomes.
        const maps = Array.from(own.data, (factor, j) =>
          Array.from({ length: 77 }, (_, i) => mapper.data[i * 77 + j]!).reduce((sum, x) => sum + x, factor),
        );
        expect(maps, `at step ${step}`).toEqual(maps.map((_, token) => (token === cat ? 3 : 1)));
      }
    },
  );

  it('names the words of a blend in both prompts', () => {
    const { blend } = plan({ blend: { source: ['ball'], target: ['star'] }, blendThreshold: 0.4 });
    expect(blend?.threshold).toBe(0.4);
    expect(blend?.words.shape).toEqual([2, 77]);
    expect(blend?.words.data.subarray(0, 77).some((x) => x === 1)).toBe(true);
  });

  describe('for a word that is named twice', () => {
    const target = 'a red star and a Star and a cat';
    const weigh = (...words: string[]) =>
      plan({ weights: words.map((word, i) => ({ word, weight: i + 2 })) }, { ...prompts, target });

    it.each([
      ['cat', 'cat'],
      ['cat', 'CAT'],
      ['cat', 'c\u00adat'],
      ['star', 'star#1'],
      ['red star', 'red', 'star#1'],
      ['star#1', 'red star'],
    ])('refuses %j', (...words) => {
      expect(() => weigh(...words)).toThrow(
        expect.objectContaining({
          code: 'OPTION_INVALID',
          message: expect.stringContaining(`"${words[0]}"`),
        }),
      );
      const wordTaus = words.map((word) => ({ word, from: 0, to: 0.5 }));
      expect(() => plan({ wordTaus }, { ...prompts, target })).toThrow(
        expect.objectContaining({ code: 'OPTION_INVALID' }),
      );
    });

    it.each([
      ['star', 'Star'],
      ['red star', 'star'],
      ['red', 'star', 'cat'],
    ])('takes %j, which are others, or a rule and its exception', (...words) => {
      expect(() => weigh(...words)).not.toThrow();
    });
  });

  it('refuses words that are not there, and a subtraction from nothing', () => {
    const blend = { source: ['dog'], target: ['star'] };
    expect(() => plan({ blend })).toThrow(expect.objectContaining({ code: 'WORD_NOT_FOUND' }));
    expect(() => plan({ subtract: blend })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
