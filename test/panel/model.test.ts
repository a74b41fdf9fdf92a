/** What the panel makes of a selection that changes while the person types and edits. */

import { type InversionOptions, writtenEdit } from '@palimpsest/protocol';
import { encodePng, HostError, type Masking, writeMemory } from '@palimpsest/sdk';
import { signal } from '@preact/signals';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { careful, DEFAULT_INVERSION } from '../../plugins/panel/src/model/controls.ts';
import type { EditEntry } from '../../plugins/panel/src/model/edits.ts';
import { readinessInWords } from '../../plugins/panel/src/model/readiness.ts';
import { grey, IMAGE, orderOf, RESULT } from './fakeDaemon.ts';
import { type OpenModel, openModel, settled } from './openModel.ts';

let open: OpenModel;
beforeEach(async () => {
  open = await openModel();
});
afterEach(() => open.close());

function type(source: string, target: string): void {
  const { draft } = open.model;
  draft.source.value = source;
  draft.target.value = target;
}
const typed = () => [open.model.draft.source.value, open.model.draft.target.value];

/** An edit of a layer that waits for a word of the person. */
async function finishedEdit(id: string): Promise<EditEntry> {
  const layer = (await open.host.find(id))!;
  const order = orderOf('a tiger');
  const recipe = { order, image: IMAGE, result: RESULT, seconds: 1, madeAt: 1 };
  const png = await encodePng(grey());
  const finished = { layer, recipe, before: png, after: png, width: 8, height: 4 };
  const entry: EditEntry = {
    ...{ key: 99, layer, order, pending: null, controller: new AbortController() },
    ...{
      stage: signal({ name: 'download' }),
      preview: signal(null),
      failure: signal(null),
      notices: signal([]),
    },
    finished: signal(finished),
  };
  open.model.edits.entries.value = [entry];
  return entry;
}

describe('an edit that is made again, stronger', () => {
  it('leaves the words of another layer as they are, on screen and where they are kept', async () => {
    const { hands, model, a, b, kept } = open;
    const entry = await finishedEdit(a);
    await hands.select([b]);
    await settled();
    type('a house by a lake', 'a castle by a lake');
    model.again(entry, 0.2);
    expect(typed()).toEqual(['a house by a lake', 'a castle by a lake']);
    expect(model.edits.entries.value.map(({ layer }) => layer.id)).toEqual([a]);
    await expect
      .poll(() => kept(b), { timeout: 1500 })
      .toEqual({ source: 'a house by a lake', target: 'a castle by a lake' });
  });

  it('shows what it does where its own layer is selected', async () => {
    const entry = await finishedEdit(open.a);
    open.model.again(entry, 0.2);
    expect(typed()).toEqual(['a dog', 'a tiger']);
    expect(open.model.draft.edit.value.tauS).toBeLessThan(writtenEdit(orderOf('').edit).tauS);
  });
});

describe('a selection that the editor does not tell', () => {
  it('leaves no layer to be edited, says so, and is taken when it comes again', async () => {
    const { hands, host, model, b } = open;
    const right = host.selection.bind(host);
    host.selection = async () => {
      host.selection = right;
      throw new HostError('EDITOR_FAILED', 'The editor does not answer. Select the layer again.');
    };
    await hands.select([b]);
    await settled();
    expect(model.subjects.value).toEqual([]);
    expect(model.thumbnail.address.value).toBeNull();
    expect(hands.notices).toEqual(['The editor does not answer. Select the layer again.']);
    await hands.select([b]);
    await settled();
    expect(model.subjects.value.map(({ id }) => id)).toEqual([b]);
  });
});

describe('the thumbnail', () => {
  const shown = () => open.model.thumbnail.address.value;
  /** Exports of a layer take that long, and then fail where they should. */
  function slow(id: string, error?: HostError): void {
    const { host } = open;
    const right = host.exportPixels.bind(host);
    host.exportPixels = async (...params) => {
      if (params[0] !== id) return right(...params);
      await new Promise((resolve) => setTimeout(resolve, 900));
      if (error) throw error;
      return right(...params);
    };
  }

  it('goes when another layer is selected, until that has one', async () => {
    const { hands, b } = open;
    await expect.poll(shown).not.toBeNull();
    slow(b);
    await hands.select([b]);
    await settled();
    expect(open.model.subjects.value[0]?.id).toBe(b);
    expect(shown()).toBeNull();
    await expect.poll(shown, { timeout: 1500 }).not.toBeNull();
  });

  it('stays when that of a layer fails which was selected before', async () => {
    const { hands, a, b } = open;
    await hands.select([b]);
    await settled();
    slow(a, new HostError('LAYER_UNSUITABLE', 'It is empty.'));
    await hands.select([a]);
    await settled();
    await hands.select([b]);
    await expect.poll(shown).not.toBeNull();
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(shown()).not.toBeNull();
    expect(hands.notices).toEqual([]);
  });
});

describe('words that have just been typed', () => {
  const WORDS = { source: 'a dog on a carpet', target: 'a tiger on a carpet' };
  beforeEach(() => type(WORDS.source, WORDS.target));

  it('stay with their layer when another one is selected', async () => {
    const { hands, a, b, kept } = open;
    await hands.select([b]);
    await settled();
    expect(typed()).toEqual(['', '']);
    expect(await kept(a)).toEqual(WORDS);
    await hands.select([a]);
    await settled();
    expect(typed()).toEqual([WORDS.source, WORDS.target]);
  });

  it('stay with their layer when nothing is selected', async () => {
    await open.hands.select([]);
    await settled();
    expect(await open.kept(open.a)).toEqual(WORDS);
  });

  it('are kept when the panel is closed', async () => {
    open.close();
    await expect.poll(() => open.kept(open.a), { timeout: 200 }).toEqual(WORDS);
  });

  it('are kept when typing rests', async () => {
    await expect.poll(() => open.kept(open.a), { timeout: 1500 }).toEqual(WORDS);
  });
});

describe('a picture that was learned', () => {
  /** An edit of A is in its history; then the draft asks for the same again. */
  async function madeOnce(inversion: InversionOptions, masking: Masking): Promise<void> {
    const { hands, host, model, a, b } = open;
    const order = { ...orderOf('a tiger'), inversion, masking };
    const recipe = { order, image: IMAGE, result: RESULT, inversion: 'learned', seconds: 3, madeAt: 1 };
    await host.remember(a, writeMemory({ version: 1, history: [recipe] }));
    for (const id of [b, a]) {
      await hands.select([id]);
      await settled();
    }
    type('a dog', 'a tiger');
    model.draft.inversion.value = inversion;
    model.draft.masking.value = masking;
  }
  const said = () => readinessInWords(open.model.ready.value, open.model.draft.learning());

  it('is known by its options, in whatever order they come back from what is kept with a layer', async () => {
    await madeOnce(DEFAULT_INVERSION, 'none');
    await expect.poll(said).toBe('Ready: edits take about 3 s.');
  });

  it.each([
    ['anywhere', 'none', /^Ready: edits take about 3 s\.$/],
    ['within what is marked', 'selection', /^Ready: .* while what you marked stays the same/],
  ] as const)('is ready after a careful edit %s', async (_, masking, sentence) => {
    await madeOnce(careful(DEFAULT_INVERSION), masking);
    await expect.poll(said).toMatch(sentence);
    open.model.draft.masking.value = masking === 'none' ? 'selection' : 'none';
    await expect.poll(said).toBe('The first edit learns the picture, which takes a while.');
  });
});
