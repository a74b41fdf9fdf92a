/** What every door refuses before a job is made of it: options that change nothing, and what contradicts itself. */

import { METHODS, type SubmitMethod } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';

const image = `sha256:${'0'.repeat(64)}`;
const common = { model: 'tiny', image };
const GIVEN: Readonly<Record<SubmitMethod | 'inversions.attention', object>> = {
  'inversions.create': { ...common, prompt: 'a dog' },
  'inversions.attention': { ...common, prompt: 'a dog' },
  'edits.create': { ...common, source: 'a dog', target: 'a cat' },
  'edits.replace': { ...common, source: 'a dog', target: 'a cat' },
  'edits.refine': { ...common, source: 'a dog', target: 'a big cat' },
  'edits.reweight': { ...common, source: 'a dog', weights: [{ word: 'dog', weight: 2 }] },
  'styles.create': { ...common, source: 'a dog', style: image, styleSource: 'a painting' },
  generate: { model: 'tiny', prompt: 'a dog' },
};

/** What is refused: the place, and the facts of the reason. */
function refused(method: keyof typeof GIVEN, more: object) {
  const { error } = METHODS[method].params.safeParse({ ...GIVEN[method], ...more });
  return error?.issues.map((issue) => [
    issue.path.join('.'),
    issue.code === 'custom' ? issue.params?.sentence.facts : issue.message,
  ]);
}

const instant = { inversion: { mode: 'instant' } };
const blend = { source: ['dog'], target: ['cat'] };
const ofEdits = ['edits.create', 'edits.replace', 'edits.refine', 'edits.reweight'] as const;

describe.each(ofEdits)('%s refuses', (method) => {
  it.each([
    ['a strength of what is not learned', { ...instant, edit: { tauV: 0.1 } }, 'edit.tauV', 'learning'],
    ['tightness at no word', { edit: { blendThreshold: 0.5 } }, 'edit.blendThreshold', 'blend'],
    ['words to keep of no change', { edit: { subtract: blend } }, 'edit.subtract', 'blend'],
    ['surroundings of no mask', { edit: { context: 0.5 } }, 'edit.context', 'mask'],
    ['a soft edge of nothing', { edit: { feather: 20 } }, 'edit.feather', 'edge'],
    [
      'what small is where nothing shrinks',
      { inversion: { method: 'proximal', proximalNorm: 'none', proximalQuantile: 0.1 } },
      'inversion.proximalQuantile',
      'norm',
    ],
    ['an option of another editor', { edit: { editor: 'p2p', tauU: 0.1 } }, 'edit.tauU', 'editor'],
  ])('%s', (_, more, path, needs) => {
    const option = path.split('.')[1];
    expect(refused(method, more)).toEqual([[path, expect.objectContaining({ option, needs })]]);
  });
});

describe('what has an effect, or is no wish, passes', () => {
  it.each([
    ['a seed, wherever', { inversion: { mode: 'instant', seed: 7 } }],
    ['a soft edge of a mask', { mask: image, edit: { feather: 20, context: 0.5 } }],
    ['a soft edge at a word', { edit: { feather: 20, blend, blendThreshold: 0.5 } }],
    [
      'what programs of 0.1.0 write out',
      { ...instant, edit: { tauV: 0.6, feather: 8, blendThreshold: 0.3 } },
    ],
  ])('%s', (_, more) => expect(refused('edits.create', more)).toBeUndefined());
});

describe('a style refuses', () => {
  it('where the style draws alone, a place to begin', () => {
    expect(refused('styles.create', { options: { words: 'style', styleAfter: 0.2 } })).toEqual([
      ['options.styleAfter', expect.objectContaining({ needs: 'bothWords' })],
    ]);
  });
});

describe('a contradiction is refused when it is submitted', () => {
  const mode = { mode: 'instant', method: 'ddim' };
  it.each([
    ['edits.create', { inversion: mode }, 'inversion.method', { mode: 'instant', method: 'ddim' }],
    ['styles.create', { inversion: { mode: 'instant' } }, 'inversion.mode', {}],
    ['styles.create', { inversion: { method: 'ddim' } }, 'inversion.method', {}],
    ['styles.create', { inversion: { learn: 'keys' } }, 'inversion.learn', {}],
    ['inversions.create', { options: mode }, 'options.method', { byMode: 'direct' }],
    ['inversions.attention', { options: mode }, 'options.method', { byMode: 'direct' }],
    [
      'inversions.create',
      { options: { method: 'regularized', steps: 2 } },
      'options.steps',
      { least: 3, steps: 2 },
    ],
    [
      'edits.create',
      { inversion: { method: 'proximal' }, edit: { editor: 'sdedit' } },
      'edit.editor',
      { editor: { id: 'sdedit', called: 'SDEdit' }, inversion: { id: 'proximal' } },
    ],
    [
      'edits.create',
      { edit: { editor: 'plugAndPlay' } },
      'edit.editor',
      { choices: { oneOf: ['direct', 'ddim', 'regularized'] } },
    ],
  ] as const)('%s %#', (method, more, path, facts) => {
    const found = refused(method, more);
    expect(found?.[0]).toMatchObject([path, facts]);
  });
});
