/** The engine within this process: when it stops, what a latent looks like. */

import {
  EditOptions,
  GenerateOptions,
  InversionOptions,
  type JobProgress,
  type JobRequest,
} from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Engine } from '../../daemon/src/engine/engine.ts';
import { LatentColours } from '../../daemon/src/engine/latentColours.ts';
import { EngineSettings, type Task } from '../../daemon/src/engine/messages.ts';
import { openEngine } from '../../daemon/src/engine/openEngine.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { Session } from '../../daemon/src/execution/session.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { MODEL } from '../golden.ts';
import { editRequest, foldersIn, makePlace, modelsIn, type Place } from './place.ts';

let place: Place;
beforeEach(async () => {
  place = await makePlace();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await place.close();
});

const opened = (): Engine =>
  openEngine(
    EngineSettings.parse({
      ...foldersIn(place.root),
      ...{ device: 'cpu', precision: 'fp32', maxModels: 1, maxModelBytes: 1e9 },
      ...{ memoryBudget: Number.MAX_VALUE, threads: 1 },
    }),
  );

const modelNamed = (name: string) => ({ name, ...modelsIn(place.root).find(name) });
const unwatched = () => ({ signal: new AbortController().signal, onProgress: (_: JobProgress) => {} });

describe('what a job has loaded', () => {
  it('is there for the next, whatever was looked at between them', async () => {
    const engine = opened();
    const model = modelNamed('golden');
    const request = editRequest(place.image, { steps: 2 });
    const { image, source: prompt, inversion: options } = request;
    const loads = vi.spyOn(Session, 'load');
    const loadsOf = async (task: Task) => {
      loads.mockClear();
      await engine.perform(task, unwatched());
      return loads.mock.calls.length;
    };
    const run: Task = { do: 'run', request, model, preview: false };
    const attend: Task = { do: 'attend', request: { model: 'golden', image, prompt, options }, model };
    // Inverts; the next knows the inversion, and the one after it has all that such a job needs.
    await loadsOf(run);
    await loadsOf(run);
    const each = await loadsOf(run);
    const first = await loadsOf(attend);
    expect(first).toBeGreaterThan(0);
    expect(await loadsOf(run)).toBe(each);
    expect(await loadsOf(attend)).toBeLessThan(first);
    // What no job has asked for, and nobody has looked at, is given back at last.
    await loadsOf(run);
    await loadsOf(run);
    expect(await loadsOf(attend)).toBe(first);
    await engine.perform({ do: 'unload', name: model.name }, unwatched());
  });
});

describe('prompts that look the same', () => {
  it('are one to the model, in each kind of job, and so are their words', async () => {
    const engine = opened();
    const model = modelNamed('small');
    const watch = { signal: new AbortController().signal, onProgress: () => {} };
    const run = async (request: JobRequest) => {
      const outcome = await engine.perform({ do: 'run', request, model, preview: false }, watch);
      return outcome.of === 'run' ? outcome.result : undefined;
    };
    const options = InversionOptions.parse({ steps: 2, mode: 'instant' });
    const common = { model: 'small', image: place.image };
    const invert = (prompt: string): JobRequest => ({ kind: 'invert', ...common, prompt, options });
    const plain = await run(invert('a cat'));
    const hidden = ['a c\u00adat', 'a c\u200bat\ufeff', 'a \u202bcat', 'ａ ｃａｔ'];
    for (const prompt of hidden) {
      expect(await run(invert(prompt)), prompt).toEqual({ ...plain, reused: true });
    }
    const attended = await engine.perform(
      { do: 'attend', request: { ...common, prompt: hidden[0]!, options }, model },
      watch,
    );
    expect(attended.of === 'attend' && attended.words.map(({ word }) => word)).toEqual(['a', 'cat']);

    const edit = (source: string, target: string, word: string): JobRequest => ({
      ...{ kind: 'edit', ...common, source, target, inversion: options },
      edit: EditOptions.parse({ weights: [{ word, weight: 2 }] }),
    });
    expect(await run(edit(hidden[0]!, 'a ｄｏg \u200b', 'd\u200dog'))).toEqual(
      await run(edit('a cat', 'a dog', 'dog')),
    );
    const draw = (prompt: string, negativePrompt: string): JobRequest => ({
      ...{ kind: 'generate', model: 'small', prompt },
      options: GenerateOptions.parse({ steps: 2, negativePrompt, width: 64, height: 64 }),
    });
    expect(await run(draw(hidden[2]!, hidden[3]!))).toEqual(await run(draw('a cat', 'a cat')));
  });
});

describe('a cancel', () => {
  it('takes effect before a second evaluation of the UNet begins', async () => {
    const engine = opened();
    const model = modelNamed('small');
    const run = Session.prototype.run;
    /** Cancels during evaluation number n of the UNet; returns how many began after it, or null if there are fewer. */
    const cancelAt = async (n: number): Promise<number | null> => {
      const controller = new AbortController();
      let evaluations = 0;
      vi.spyOn(Session.prototype, 'run').mockImplementation(function (this: Session, feeds) {
        if ('latent' in feeds && 'time' in feeds && ++evaluations === n) controller.abort();
        return run.call(this, feeds);
      });
      const request = editRequest(place.image, { seed: n, innerSteps: 2, steps: 2 });
      const task: Task = { do: 'run', request, model, preview: false };
      const outcome = await engine
        .perform(task, { signal: controller.signal, onProgress: (_: JobProgress) => {} })
        .catch((error) => error);
      if (!controller.signal.aborted) return null;
      expect(outcome).toMatchObject({ code: 'CANCELLED' });
      return evaluations - n;
    };
    const later: number[] = [];
    for (let n = 1; ; n++) {
      const evaluations = await cancelAt(n);
      if (evaluations === null) break;
      later.push(evaluations);
    }
    // Trajectory 2; two timesteps with one evaluation before, two while and one after learning; edit 2, and where it looks.
    expect(later.length).toBe(13);
    expect(Math.max(...later)).toBeLessThanOrEqual(1);
  });
});

describe('the colours of latents', () => {
  it('tell bright from dark, even with a VAE of random weights', async () => {
    const networks = new Networks(null, { threads: 1 });
    const model = new StableDiffusion(MODEL, networks);
    const colours = await LatentColours.fit(model);
    // Left half bright, right half dark.
    const side = 16 * model.pixelsPerLatent;
    const picture = tensor([1, 3, side, side]);
    for (const i of picture.data.keys()) picture.data[i] = i % side < side / 2 ? 0.8 : -0.8;
    const painted = colours.paint(await model.encodePicture(picture), { width: 16, height: 12 });
    expect([painted.width, painted.height]).toEqual([16, 12]);
    const at = (x: number, y: number) => painted.rgb[(y * 16 + x) * 3]!;
    expect(at(3, 6) - at(12, 6)).toBeGreaterThan(20);
    await networks.dispose();
  });
});
