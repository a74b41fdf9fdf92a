/** The way of an edit, with a host in memory and a daemon that does what the test says. */

import {
  EditOptions,
  InversionOptions,
  type JobEvent,
  METHODS,
  PalimpsestError,
  type RemoteJob,
  StyleOptions,
} from '@palimpsest/protocol';
import {
  decodePng,
  type EditClient,
  EditOrder,
  type EditorHost,
  type EditStage,
  encodePng,
  exportScale,
  type FinishedEdit,
  HostError,
  keepEdits,
  type Layer,
  makeEdit,
  PendingEdit,
  type PlacedResult,
  pixelSize,
  readMemory,
  resumeEdit,
  StyleOrder,
  sentenceOf,
} from '@palimpsest/sdk';
import type { HostUnderTest } from '@palimpsest/sdk/conformance';
import { type MemoryEditor, memoryHost } from '@palimpsest/sdk/memory';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';

const IMAGE = `sha256:${'a'.repeat(64)}`;
const RESULT = `sha256:${'b'.repeat(64)}`;
const order = EditOrder.parse({
  model: 'tiny',
  source: 'a dog',
  target: 'a tiger',
  inversion: InversionOptions.parse({}),
  edit: EditOptions.parse({}),
  masking: 'none',
});
const grey = (width: number, height: number) => ({
  ...{ width, height },
  rgba: new Uint8ClampedArray(width * height * 4).fill(128),
});
const record = (change: object) => ({ type: 'state', job: { id: 'job-1', ...change } }) as JobEvent;
const DONE = record({
  state: 'done',
  startedAt: 1,
  finishedAt: 2,
  result: { image: RESULT, inversion: 'i' },
});

/** A daemon whose job tells these events; `on` is called at each of its doors, and may fail there. */
function daemon(events: JobEvent[], on: (door: string) => void = () => {}) {
  const sent: unknown[] = [];
  const put: Uint8Array[] = [];
  const state = { cancelled: false };
  const job = {
    id: 'job-1',
    cancel: async () => {
      state.cancelled = true;
    },
    async *[Symbol.asyncIterator]() {
      for (const event of events) {
        on('event');
        await Promise.resolve();
        yield event;
      }
    },
  };
  const client = {
    closed: false,
    putImage: async (png: Uint8Array) => {
      on('put');
      put.push(png);
      return IMAGE;
    },
    getImage: async (image: string) => {
      on('get');
      return encodePng(grey(image === RESULT ? 8 : 4, 4));
    },
    submit: async (_: string, params: unknown, { signal }: { signal: AbortSignal }) => {
      on('submit');
      sent.push(params);
      signal.addEventListener('abort', () => void job.cancel());
      return job as unknown as RemoteJob;
    },
    job: () => job as unknown as RemoteJob,
  };
  return { client: client as unknown as EditClient, sent, put, state };
}

let editor: HostUnderTest & { readonly hands: MemoryEditor };
let layer: Layer;
const signal = new AbortController().signal;

beforeEach(async () => {
  editor = await memoryHost();
  const id = await editor.hands.addLayer('dog', grey(8, 4), { x: 2, y: 3 });
  layer = (await editor.host.find(id))!;
});

describe('an edit', () => {
  it('is asked for without what changes nothing as things stand, which a form may hold', async () => {
    const { client, sent } = daemon([DONE]);
    const idle = { feather: 40, tauV: 0.1, blendThreshold: 0.9, context: 1 };
    const asked = { ...order, inversion: { ...order.inversion, mode: 'instant' as const } };
    const edit = await makeEdit(
      { host: editor.host, client },
      layer,
      { ...asked, edit: { ...order.edit, ...idle } },
      { signal },
    );
    expect(METHODS['edits.create'].params.safeParse(sent[0]).error?.issues).toBeUndefined();
    expect(sent[0]).toMatchObject({ edit: { feather: 8 } });
    // What is kept with the layer is what was ordered.
    expect(edit.recipe.order).toMatchObject({ edit: idle });
  });

  it('goes from the layer to the daemon and back, and into the document in one undo step', async () => {
    const stages: EditStage['name'][] = [];
    const { client, sent, put } = daemon([
      record({ state: 'queued', position: 2 }),
      record({ state: 'running' }),
      { type: 'progress', progress: { stage: 'edit', step: 1, total: 2, secondsLeft: 1 } },
      DONE,
    ]);
    const onStage = ({ name }: EditStage) => void stages.push(name);
    const edit = await makeEdit({ host: editor.host, client }, layer, order, { signal, onStage });
    expect(stages).toEqual(['export', 'upload', 'queue', 'queue', 'begin', 'work', 'download']);
    expect(await decodePng(new Uint8Array(put[0]!))).toMatchObject({ width: 8, height: 4 });
    expect(sent[0]).toMatchObject({ image: IMAGE, source: 'a dog', target: 'a tiger' });
    expect(await editor.hands.look()).toHaveLength(1);

    const [placed] = await keepEdits(editor.host, [edit]);
    expect(placed!.name).toBe('a dog → a tiger');
    expect(readMemory(await editor.host.recall(placed!.id)).made).toMatchObject({
      from: layer.id,
      recipe: { order },
    });
    expect(readMemory(await editor.host.recall(layer.id)).history).toHaveLength(1);
    await editor.hands.undo();
    expect(await editor.hands.look()).toHaveLength(1);
  });

  it('sends the selection as a mask of the same size', async () => {
    const { client, sent, put } = daemon([DONE]);
    await editor.hands.selectArea(layer.id, { x: 0, y: 0, width: 4, height: 4 });
    await makeEdit({ host: editor.host, client }, layer, { ...order, masking: 'selection' }, { signal });
    const mask = await decodePng(new Uint8Array(put[1]!));
    expect([mask.width, mask.height, mask.rgba[0], mask.rgba[7 * 4]]).toEqual([8, 4, 255, 0]);
    expect(sent[0]).toHaveProperty('mask');
  });

  it('sends nothing where the selection lies beside the layer, and says so', async () => {
    const { client, sent } = daemon([DONE]);
    await editor.hands.selectArea(layer.id, { x: 100, y: 0, width: 4, height: 4 });
    const made = makeEdit(
      { host: editor.host, client },
      layer,
      { ...order, masking: 'selection' },
      { signal },
    );
    await expect(made).rejects.toThrow(/“dog” has no part inside the selection\. Mark/);
    expect(sent).toEqual([]);
  });

  it('sends nothing where what is selected is too faint for the daemon to change anything', async () => {
    const { client, sent } = daemon([DONE]);
    const faint = new Uint8ClampedArray(8 * 4 * 4).fill(7);
    for (let i = 3; i < faint.length; i += 4) faint[i] = 255;
    const mask = await encodePng({ width: 8, height: 4, rgba: faint });
    const host = Object.assign(Object.create(editor.host), { mask: async () => mask });
    const made = makeEdit({ host, client }, layer, { ...order, masking: 'selection' }, { signal });
    await expect(made).rejects.toThrow(/“dog” has no part inside the selection\. Mark/);
    expect(sent).toEqual([]);
  });

  it('takes the style of another layer, and places the result above the content', async () => {
    const { client, sent, put } = daemon([DONE]);
    const styleId = await editor.hands.addLayer('painting', grey(6, 6), { x: 0, y: 0 });
    const styleOrder = StyleOrder.parse({
      ...{ model: 'tiny', source: 'a dog', styleSource: 'a watercolor of a house' },
      style: { id: styleId, name: 'painting' },
      inversion: InversionOptions.parse({}),
      options: StyleOptions.parse({ styleStrength: 0.5 }),
    });
    const edit = await makeEdit({ host: editor.host, client }, layer, styleOrder, { signal });
    expect(await decodePng(new Uint8Array(put[0]!))).toMatchObject({ width: 8, height: 4 });
    expect(await decodePng(new Uint8Array(put[1]!))).toMatchObject({ width: 6, height: 6 });
    expect(sent[0]).toMatchObject({
      ...{ image: IMAGE, style: IMAGE, source: 'a dog', styleSource: 'a watercolor of a house' },
      options: { styleStrength: 0.5, contentStrength: 1 },
    });
    const [placed] = await keepEdits(editor.host, [edit]);
    const names = (await editor.hands.look()).map(({ name }) => name);
    expect(names.indexOf(placed!.name)).toBe(names.indexOf('dog') - 1);
    expect(placed).toMatchObject({ name: 'a dog in the style of painting', transform: layer.transform });
    const memory = readMemory(await editor.host.recall(placed!.id));
    expect(memory.made?.recipe.order).toEqual(styleOrder);
  });

  it('says so when the layer whose style is wanted is gone', async () => {
    const { client, put } = daemon([DONE]);
    const { edit: _, masking: __, target: ___, ...rest } = order;
    const style = { id: 'gone', name: 'painting' };
    const work = makeEdit(
      { host: editor.host, client },
      layer,
      { ...rest, style, styleSource: 'a painting', options: StyleOptions.parse({}) },
      { signal },
    );
    await expect(work).rejects.toMatchObject({ code: 'LAYER_GONE' });
    expect(put).toEqual([]);
  });

  it('says so when the selection is empty', async () => {
    const { client, put } = daemon([DONE]);
    const edit = makeEdit(
      { host: editor.host, client },
      layer,
      { ...order, masking: 'selection' },
      { signal },
    );
    await expect(edit).rejects.toThrow('nothing inside the selection');
    expect(put).toEqual([]);
  });

  it.each(['export', 'put', 'submit', 'event', 'get'])(
    'stops at the step %s, and places nothing',
    async (step) => {
      const controller = new AbortController();
      const reason = new Error('stopped');
      const { client, state } = daemon([record({ state: 'running' }), DONE], (door) => {
        if (door === step) controller.abort(reason);
      });
      const onStage = ({ name }: EditStage) => name === step && controller.abort(reason);
      const edit = makeEdit({ host: editor.host, client }, layer, order, {
        signal: controller.signal,
        onStage,
      });
      await expect(edit).rejects.toBe(reason);
      if (step === 'event' || step === 'get') expect(state.cancelled).toBe(true);
      expect(await editor.hands.look()).toHaveLength(1);
    },
  );

  it('waits for a lost connection', async () => {
    let losses = 3;
    const { client } = daemon([DONE], (door) => {
      if ((door === 'put' || door === 'get') && losses-- > 0)
        throw new PalimpsestError('CONNECTION_LOST', 'gone');
    });
    const edit = await makeEdit({ host: editor.host, client }, layer, order, { signal });
    expect(edit.recipe.result).toBe(RESULT);
  });

  it('goes on after the panel was closed, from what was kept as text', async () => {
    let kept = '';
    const first = daemon([DONE]);
    await makeEdit({ host: editor.host, client: first.client }, layer, order, {
      signal,
      onPending: (pending) => {
        kept = JSON.stringify(pending);
      },
    });
    const pending = PendingEdit.parse(JSON.parse(kept));
    const edit = await resumeEdit({ client: daemon([DONE]).client }, pending, { signal });
    expect(edit).toMatchObject({ layer, recipe: { order, image: IMAGE, result: RESULT } });
  });

  it('places its result where the source lay, when that is gone meanwhile', async () => {
    const edit = await makeEdit({ host: editor.host, client: daemon([DONE]).client }, layer, order, {
      signal,
    });
    await editor.hands.remove(layer.id);
    const [placed] = await keepEdits(editor.host, [edit]);
    expect(placed!.transform).toEqual(layer.transform);
  });

  it('fails with the error of the job', async () => {
    const error = { code: 'WORD_NOT_FOUND', message: '"tiger" is not in the prompt.' };
    const { client } = daemon([record({ state: 'failed', error })]);
    const edit = makeEdit({ host: editor.host, client }, layer, order, { signal });
    await expect(edit).rejects.toMatchObject({ code: 'WORD_NOT_FOUND' });
  });
});

describe('several edits that are kept at once', () => {
  const edits = async () => {
    const other = await editor.hands.addLayer('cat', grey(8, 4), { x: 0, y: 0 });
    const layers = [layer, (await editor.host.find(other))!, layer];
    const make = (each: Layer) =>
      makeEdit({ host: editor.host, client: daemon([DONE]).client }, each, order, { signal });
    return Promise.all(layers.map(make));
  };
  /** The same editor, as if it could not join steps, and took only so many results. */
  const apart = (room: number): EditorHost =>
    Object.assign(Object.create(editor.host) as EditorHost, {
      placeAll: undefined,
      place: async (result: PlacedResult) => {
        if (room-- > 0) return editor.host.place(result);
        throw new HostError('EDITOR_FAILED', 'There is no room. Try again.');
      },
    });

  it('are one undo step, and each is noted with its source', async () => {
    const before = await edits();
    const placed = await keepEdits(editor.host, before);
    expect(placed.map(({ transform }) => transform)).toEqual(before.map((edit) => edit.layer.transform));
    expect(readMemory(await editor.host.recall(layer.id)).history).toHaveLength(2);
    await editor.hands.undo();
    expect((await editor.hands.look()).map(({ name }) => name)).toEqual(['cat', 'dog']);
  });

  it('are a step each where the editor cannot join steps', async () => {
    await keepEdits(apart(3), await edits());
    expect(readMemory(await editor.host.recall(layer.id)).history).toHaveLength(2);
    for (const left of [4, 3, 2]) {
      await editor.hands.undo();
      expect(await editor.hands.look()).toHaveLength(left);
    }
  });

  it('are told one by one, so that it is known which are not kept', async () => {
    const [one, two, three] = await edits();
    const kept: FinishedEdit[] = [];
    const work = keepEdits(apart(2), [one!, two!, three!], (edit) => kept.push(edit));
    await expect(work).rejects.toMatchObject({ code: 'EDITOR_FAILED' });
    expect(kept).toEqual([one, two]);
  });

  it('are all still to be kept when one of them cannot be placed', async () => {
    const [one, two] = await edits();
    const kept: FinishedEdit[] = [];
    const damaged = { ...two!, after: new Uint8Array(64) };
    const work = keepEdits(editor.host, [one!, damaged], (edit) => kept.push(edit));
    await expect(work).rejects.toMatchObject({ code: 'EDITOR_FAILED' });
    expect(kept).toEqual([]);
    expect(await editor.hands.look()).toHaveLength(2);
  });
});

describe('the scale of an export', () => {
  it.each([
    ['all pixels of a layer of pixels', { width: 300, height: 200, naturalScale: 1 }, Infinity, 1],
    ['1024 pixels of what is drawn', { width: 256, height: 100, naturalScale: null }, Infinity, 4],
    ['no more than the editor places', { width: 8192, height: 100, naturalScale: 1 }, 4096, 0.5],
    ['no more than the daemon takes', { width: 10_000, height: 10_000, naturalScale: 1 }, Infinity, 0.5],
  ])('takes %s', (_, box, maxSide, scale) => {
    expect(exportScale(box, { maxSide })).toBeCloseTo(scale, 6);
  });

  it('stays within what the daemon takes also where both sides are rounded up', () => {
    const sides = fc.integer({ min: 5000, max: 20_000 });
    const rounding = fc.property(sides, sides, (width, height) => {
      const scale = exportScale({ width, height, naturalScale: 1 }, { maxSide: Infinity });
      const size = pixelSize({ width, height }, scale);
      expect(size.width * size.height).toBeLessThanOrEqual(25_000_000);
      expect(size.width * size.height).toBeGreaterThan(24_900_000);
    });
    fc.assert(rounding, { examples: [[7600, 7000]] });
  });
});

describe('what is told to the person', () => {
  it.each([
    [new HostError('LAYER_GONE', 'It is gone. Select another one.'), 'It is gone. Select another one.'],
    [new PalimpsestError('WORD_NOT_FOUND', 'No such word.'), 'No such word.'],
    [new PalimpsestError('CANCELLED', 'x'), 'Cancelled.'],
    [new DOMException('x', 'AbortError'), 'Cancelled.'],
    [new TypeError('boom'), 'Something unexpected happened (boom). Try again.'],
  ])('of %s', (error, sentence) => {
    expect(sentenceOf(error)).toBe(sentence);
  });

  it('never names the command line, where the daemon would', () => {
    const error = new PalimpsestError('IMAGE_ENCODER_MISSING', 'Name one with --image-encoder.');
    expect(sentenceOf(error)).not.toContain('--');
  });
});

describe('the memory of a layer', () => {
  it.each([[null], ['{'], ['{"version":2}'], ['{"version":1,"history":[{"order":"x"}]}']])(
    '%s is empty',
    (text) => {
      expect(readMemory(text)).toEqual({ version: 1, history: [] });
    },
  );
});
