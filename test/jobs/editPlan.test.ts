/** From words to attention control. */

import { EditOptions } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import { crossControlAt } from '../../daemon/src/attention/crossControl.ts';
import { planEdit } from '../../daemon/src/jobs/editPlan.ts';
import { loadTokenizer } from '../../daemon/src/models/tokenizer.ts';
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

  it('multiplies the attention of a weighted word while tau_c lasts', () => {
    const { cross } = plan({ weights: [{ word: 'cat', weight: 3 }] }, { ...prompts, target: prompts.source });
    const { mapper } = crossControlAt(cross, 0);
    const [cat] = tokenizer
      .encode(prompts.source)
      .flatMap((id, i) => (tokenizer.decodeToken(id).trim() === 'cat' ? [i] : []));
    const columnSums = Array.from({ length: 77 }, (_, j) =>
      Array.from({ length: 77 }, (_, i) => mapper.data[i * 77 + j]!).reduce((sum, x) => sum + x),
    );
    expect(columnSums[cat!]).toBe(3);
    expect(columnSums[cat! - 1]).toBe(1);
  });

  it('names the words of a blend in both prompts', () => {
    const { blend } = plan({ blend: { source: ['ball'], target: ['star'] }, blendThreshold: 0.4 });
    expect(blend?.threshold).toBe(0.4);
    expect(blend?.words.shape).toEqual([2, 77]);
    expect(blend?.words.data.subarray(0, 77).some((x) => x === 1)).toBe(true);
  });

  it('refuses words that are not there, and a subtraction from nothing', () => {
    const blend = { source: ['dog'], target: ['star'] };
    expect(() => plan({ blend })).toThrow(expect.objectContaining({ code: 'WORD_NOT_FOUND' }));
    expect(() => plan({ subtract: blend })).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});
