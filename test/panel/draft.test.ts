/** What the panel makes of words and sliders. */

import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import type { Layer } from '@palimpsest/sdk';
import { describe, expect, it } from 'vitest';
import {
  careful,
  DEFAULT_EDIT,
  moreStyle,
  PLAIN_CONTROLS,
  PRESETS,
  paced,
  presetOf,
  strengthened,
} from '../../plugins/panel/src/model/controls.ts';
import { Draft } from '../../plugins/panel/src/model/draft.ts';
import { optionFields } from '../../plugins/panel/src/model/optionFields.ts';
import { sizeInWords } from '../../plugins/panel/src/model/sizeInWords.ts';
import { StyleDraft } from '../../plugins/panel/src/model/styleDraft.ts';
import { partnerOf, readPrompts, sentenceAbout } from '../../plugins/panel/src/model/words.ts';

function draft(source: string, target: string): Draft {
  const made = new Draft();
  made.takeWords({ source, target });
  made.model.value = 'tiny';
  return made;
}

describe('two prompts', () => {
  it.each([
    ['a dog', 'a tiger', 'This replaces “dog” with “tiger”.'],
    ['a dog', 'a big red dog', 'This adds “big”, “red”.'],
    ['a big dog', 'a dog', 'This leaves out “big”.'],
    ['a big dog', 'a small red dog', 'This adds “small”, “red”, and leaves out “big”.'],
    ['a dog', 'a dog', ''],
  ])('%j and %j', (source, target, sentence) => {
    expect(sentenceAbout(readPrompts(source, target), new Map())).toBe(sentence);
  });

  it.each([
    ['a dog on a mat', 'a tiger on a mat', 'tiger', 'dog'],
    ['a dog on a mat', 'a red dog on a mat', 'red', 'dog'],
    ['a dog', 'a dog at night', 'night', 'dog'],
    ['a dog and a dog', 'a dog and a cat', 'cat', 'dog#2'],
    ['a cat sitting on a bench', 'a black cat on a bench', 'black', 'cat'],
    ['a cat sitting on a bench', 'a black cat on a bench', 'cat', 'cat'],
    ['a red ball on grass', 'a ball on grass today', 'ball', 'ball'],
    ['a dog on a mat', 'a tiger cub on a mat', 'cub', 'dog'],
    ['a dog on a mat', 'a tiger cub on a mat', 'tiger', 'dog'],
    ['a small dog', 'a very large cat', 'cat', 'dog'],
    ['a small dog', 'a very large cat', 'very', 'small'],
  ])('%j and %j: the place of %s is that of %s', (source, target, word, partner) => {
    const reading = readPrompts(source, target);
    const found = reading.target.find(({ name }) => name === word)!;
    expect(partnerOf(reading, found)?.name).toBe(partner);
  });

  it('names words without punctuation', () => {
    expect(readPrompts('', 'a dog, a “cat”.').target.map(({ name }) => name)).toEqual([
      'a#1',
      'dog',
      'a#2',
      'cat',
    ]);
  });
});

describe('the draft', () => {
  it('says what is missing', () => {
    expect(draft('', '').missing.value).toContain('what is in the picture');
    expect(draft('a dog', 'a dog').missing.value).toContain('what it should be');
    expect(draft('a dog', 'a tiger').missing.value).toBeNull();
  });

  it('becomes an order, with the weights of words that are there', () => {
    const made = draft('a dog', 'a tiger');
    made.setWeight('tiger', 2);
    made.setWeight('dog', 3);
    expect(made.order()).toMatchObject({
      target: 'a tiger',
      edit: { kind: 'auto', weights: [{ word: 'tiger', weight: 2 }] },
    });
  });

  it('is a reweighting where the target says the same', () => {
    const made = draft('a dog', '');
    made.setWeight('dog', 2);
    expect(made.order()).toMatchObject({
      source: 'a dog',
      target: 'a dog',
      edit: { weights: [{ word: 'dog', weight: 2 }] },
    });
  });

  it('becomes an order without what its editor would refuse, and without a mode beside a method', () => {
    const made = draft('a dog', 'a tiger');
    made.setEdit({ tauS: 0.3, editor: 'sdedit' });
    made.setWeight('tiger', 2);
    made.setInversion({ method: 'nullText' });
    const { edit, inversion } = made.order();
    expect(edit).toEqual({
      ...EditOptions.parse({ editor: 'sdedit', strength: 0.8 }),
      tauV: DEFAULT_EDIT.tauV,
    });
    expect(inversion).toMatchObject({ method: 'nullText' });
    expect(inversion).not.toHaveProperty('mode');
    made.masking.value = 'word';
    expect(made.missing.value).toContain('cannot keep the change to a word');
  });

  it('says of learning what its method heeds', () => {
    const made = draft('a dog', 'a tiger');
    made.setInversion({ innerSteps: 7, learn: 'keys' });
    expect(made.order().inversion).toEqual({ mode: 'instant', steps: 20, guidance: 7.5, seed: 0 });
    made.setInversion(careful(made.inversion.value));
    expect(made.order().inversion).toMatchObject({ mode: 'careful', innerSteps: 7, learn: 'keys' });
    expect(made.order().inversion).not.toHaveProperty('proximalNorm');
  });

  it('is opened again as it was, with what others use at its usual value', () => {
    const made = draft('a dog', 'a tiger');
    made.setEdit({ editor: 'sdedit', strength: 0.4 });
    const again = draft('', '');
    again.take(made.order());
    expect(again.order()).toEqual(made.order());
    again.setEdit({ editor: 'p2plus' });
    expect(again.order().edit.tauS).toBe(DEFAULT_EDIT.tauS);
  });

  it('keeps the words when reweighting is forced', () => {
    const made = draft('a dog', 'a tiger');
    made.kind.value = 'reweight';
    expect(made.order().target).toBe('a dog');
  });

  it('bounds an edit by a word and its partner', () => {
    const made = draft('a dog on a mat', 'a tiger on a mat');
    made.masking.value = 'word';
    expect(made.order().edit.blend).toEqual({ source: ['dog'], target: ['tiger'] });
    made.masking.value = 'none';
    expect(made.order().edit.blend).toBeUndefined();
  });

  it('works on the surroundings of a mask, and on all of the picture without one', () => {
    const made = draft('a dog', 'a tiger');
    expect(made.order().edit).not.toHaveProperty('context');
    made.setMarked(true);
    expect(made.order()).toMatchObject({ masking: 'selection', edit: { context: 0.5 } });
    made.setEdit({ context: 2 });
    expect(made.order().edit.context).toBe(2);
  });

  it('is quick at first, and careful with steps of its own', () => {
    const { inversion } = draft('a dog', 'a tiger').order();
    expect(inversion.mode).toBe('instant');
    expect(careful(inversion)).toEqual({ ...InversionOptions.parse({}), mode: 'careful' });
    expect(paced(careful(inversion), 'instant')).toEqual(inversion);
    expect(careful({ ...inversion, steps: 7 }).steps).toBe(7);
  });

  it('opens what it once made', () => {
    const made = draft('a dog', 'a big dog');
    made.setWeight('big', 2);
    made.masking.value = 'word';
    const again = new Draft();
    again.take(made.order());
    expect(again.order()).toEqual(made.order());
  });
});

describe('a style transfer', () => {
  const layer = (name: string): Layer => ({
    ...{ id: name, name, width: 1, height: 1, naturalScale: 1 },
    transform: [1, 0, 0, 1, 0, 0],
  });
  const layers = [layer('house'), layer('painting')] as const;

  it('takes the upper layer for the content until they are swapped, with their words', () => {
    const words = draft('a house', '');
    const style = new StyleDraft(words);
    expect(style.missing()).toContain('in the style');
    style.styleSource.value = 'a watercolor';
    expect(style.missing()).toBeNull();
    expect(style.pair(layers).content.name).toBe('house');
    style.swap(style.pair(layers));
    expect(style.pair(layers).content.name).toBe('painting');
    expect(style.order(style.pair(layers))).toMatchObject({
      ...{ source: 'a watercolor', style: { id: 'house' }, styleSource: 'a house' },
      inversion: { mode: 'careful' },
    });
    style.swap(style.pair(layers));
    expect(style.pair(layers).content.name).toBe('house');
  });

  it('is opened again with the layers as they were', () => {
    const style = new StyleDraft(draft('', ''));
    style.swap({ content: layers[0], style: layers[1] });
    style.styleSource.value = 'a house';
    const again = new StyleDraft(draft('', ''));
    again.take(style.order(style.pair(layers)));
    expect(again.pair(layers)).toEqual({ content: layers[1], style: layers[0] });
    expect(again.styleSource.value).toBe('a house');
  });

  it('has more style and less of the content when it is stronger', () => {
    const { options } = new StyleDraft(draft('', ''));
    expect(moreStyle(options.value, -0.2)).toMatchObject({
      ...{ styleStrength: 0.8, styleAfter: 0.9, contentStrength: 1 },
    });
    expect(moreStyle(options.value, 0.2)).toMatchObject({
      ...{ styleStrength: 1, styleAfter: 0.5, contentStrength: 0.8 },
    });
  });
});

describe('the plain controls', () => {
  it('leave the defaults where they are', () => {
    for (const { read, write } of PLAIN_CONTROLS)
      expect(write(DEFAULT_EDIT, read(DEFAULT_EDIT))).toEqual(DEFAULT_EDIT);
  });

  it('move the options that they stand for', () => {
    const [structure, colours, shape] = PLAIN_CONTROLS;
    expect(structure!.write(DEFAULT_EDIT, 0.4)).toMatchObject({ tauS: 0.4, tauC: 0.3 });
    expect(colours!.write(DEFAULT_EDIT, 0.1)).toMatchObject({ tauV: 0.1 });
    expect(shape!.write(DEFAULT_EDIT, 1)).toMatchObject({ tauU: 1 });
  });

  it('have presets that the protocol takes, one of them its defaults', () => {
    for (const { edit } of PRESETS)
      expect(EditOptions.safeParse({ ...DEFAULT_EDIT, ...edit }).success).toBe(true);
    expect(presetOf(DEFAULT_EDIT)).toBe('Balanced');
  });

  it('make an edit stronger or weaker within its range', () => {
    expect(strengthened(DEFAULT_EDIT, 0.2)).toMatchObject({ tauC: 0.4, tauS: 0.6, tauV: 0.4, tauU: 0.6 });
    expect(EditOptions.safeParse(strengthened(DEFAULT_EDIT, 1)).success).toBe(true);
    expect(EditOptions.safeParse(strengthened(DEFAULT_EDIT, -1)).success).toBe(true);
    const others = strengthened(EditOptions.parse({ editor: 'sdedit', strength: 0.4 }), 0.2);
    expect(others).toEqual(EditOptions.parse({ editor: 'sdedit', strength: 0.4, tauV: 0.4 }));
  });
});

describe('the size of a layer', () => {
  const size = (width: number, height: number, naturalScale: number | null, maxSide = Infinity) =>
    sizeInWords(
      { ...{ id: 'a', name: 'a', width, height, naturalScale }, transform: [1, 0, 0, 1, 0, 0] },
      { maxSide },
    );

  it('is that of its pixels', () => {
    expect(size(300, 200, 1)).toBe('300 × 200');
    expect(size(300, 200, 2)).toBe('600 × 400');
  });

  it('says at which size a layer is edited that is not edited at its own', () => {
    expect(size(2000, 1000, null)).toBe('2000 × 1000, edited at 1024 × 512');
    expect(size(1024, 512, null)).toBe('1024 × 512');
    expect(size(8192, 4096, 1, 4096)).toBe('8192 × 4096, edited at 4096 × 2048');
  });
});

describe('the fields of options', () => {
  it('have the names, ranges and descriptions of the schema', () => {
    const fields = [...optionFields(EditOptions), ...optionFields(InversionOptions)];
    const field = (name: string) => fields.find((other) => other.name === name);
    expect(field('tau_c')).toMatchObject({ type: 'number', min: 0, max: 1, initial: 0.6, whole: false });
    expect(field('steps')).toMatchObject({ type: 'number', min: 1, max: 500, initial: 30, whole: true });
    expect(field('recipe')).toMatchObject({ type: 'choice', choices: ['official', 'paper'] });
    expect(fields.filter(({ description }) => description === '').map(({ name }) => name)).toEqual([]);
  });
});
