/** The nine golden edits, from the networks of the golden optimisation. */

import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CrossControl } from '../../daemon/src/attention/crossControl.ts';
import { equalizer } from '../../daemon/src/attention/equalizer.ts';
import { wordAlphas } from '../../daemon/src/attention/localBlend.ts';
import { gatherMatrix, refineMapper } from '../../daemon/src/attention/refineMapper.ts';
import { replaceMapper } from '../../daemon/src/attention/replaceMapper.ts';
import { timeAlphas } from '../../daemon/src/attention/timeAlphas.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { fromTensor } from '../../daemon/src/imaging/pixels.ts';
import { mappedContexts } from '../../daemon/src/methods/mappedContexts.ts';
import { p2plus } from '../../daemon/src/methods/p2plus.ts';
import { plainPath } from '../../daemon/src/methods/path.ts';
import { mappingParameters } from '../../daemon/src/networks/mappingNetwork.ts';
import { elementCount, row, type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import { referenceWords, wordTokens } from '../../parity/src/referenceWords.ts';
import { golden, goldenJson, MODEL, relativeError } from '../golden.ts';

const networks = new Networks(null);
const model = new StableDiffusion(MODEL, networks);
afterAll(() => networks.dispose());

const Edits = z.object({
  T: z.number(),
  source: z.string(),
  edits: z.array(
    z.object({
      index: z.number(),
      kind: z.enum(['store', 'replace', 'refine']),
      target: z.string().optional(),
      tau_v: z.number().optional(),
      tau_c: z.number().optional(),
      tau_s: z.number().optional(),
      tau_u: z.number().optional(),
      blend: z.tuple([z.array(z.string()), z.array(z.string())]).optional(),
      eq: z.tuple([z.array(z.string()), z.array(z.number())]).optional(),
      th: z.tuple([z.number(), z.number()]).optional(),
      cross_replace_steps: z
        .object({ default_: z.number() })
        .catchall(z.union([z.number(), z.tuple([z.number(), z.number()])]))
        .optional(),
    }),
  ),
});

const { T, source, edits } = Edits.parse(goldenJson('edit'));
const file = golden('edit');
const optimised = golden('stylediffusion');
const mapping = { kind: 'scaleShift', imageTokens: 197, promptTokens: 77 } as const;

async function learnedValues() {
  const { tokens } = await model.encodeImageTokens(golden('image_encoder')('image_pm1'));
  const prompt = await model.encodePrompt(source);
  const values = mappedContexts(model, { shape: mapping, imageTokens: tokens }, prompt.shape[2]!);
  const parameters = Array.from({ length: T }, (_, i) => {
    const flat = mappingParameters(mapping).flatMap(({ name }) => [...optimised(`final/${i}/${name}`).data]);
    return tensor([flat.length], flat);
  });
  return (step: number, embedding: Tensor) => values(parameters[step]!, embedding);
}

describe('P2Plus', () => {
  it.each(edits.filter(({ kind }) => kind !== 'store'))('edit $index: $kind to "$target"', async (edit) => {
    const { tokenizer } = model;
    const length = tokenizer.maxLength;
    const target = edit.target!;
    const [sourceIds, targetIds] = [tokenizer.encode(source), tokenizer.encode(target)];
    const refinement = refineMapper(sourceIds, targetIds, length, 'official');
    const { default_ = edit.tau_c!, ...perWord } = edit.cross_replace_steps ?? {};
    const cross: CrossControl = {
      mapper:
        edit.kind === 'replace'
          ? replaceMapper(
              referenceWords(tokenizer, source),
              referenceWords(tokenizer, target),
              length,
              'official',
            )
          : gatherMatrix(refinement.positions),
      alphas:
        edit.kind === 'replace' ? tensor([length], new Float32Array(length).fill(1)) : refinement.alphas,
      equalizer: equalizer(
        (edit.eq?.[0] ?? []).map((word, i) => ({
          tokens: wordTokens(tokenizer, target, word),
          weight: edit.eq![1][i]!,
        })),
        length,
      ),
      timeAlphas: timeAlphas(
        T,
        default_,
        Object.entries(perWord).map(([word, interval]) => ({
          tokens: wordTokens(tokenizer, target, word),
          interval,
        })),
        length,
      ),
      manner: 'official',
    };
    const words = (prompt: string, named: string[]) =>
      named.flatMap((word) => wordTokens(tokenizer, prompt, word));
    const blend = edit.blend && {
      words: wordAlphas(words(source, edit.blend[0]), words(target, edit.blend[1]), length),
      threshold: edit.th?.[0] ?? 0.3,
      manner: 'official' as const,
    };
    const learned = await learnedValues();
    const steps = p2plus(
      model,
      {
        path: {
          ...plainPath([file('x_T')], await model.encodePrompt('')),
          conditional: async (step, keyContext) => ({
            keyContext,
            valueContext: await learned(step, keyContext),
          }),
        },
        source: await model.encodePrompt(source),
        target: await model.encodePrompt(target),
        steps: T,
        guidance: 7.5,
        taus: { values: edit.tau_v!, self: edit.tau_s!, unconditionalSelf: edit.tau_u! },
        cross,
        keepSource: true,
        ...(blend ? { blend } : {}),
      },
      {},
    );
    let step = 0;
    let masks = 0;
    let latents: Tensor | null = null;
    for await (const done of steps) {
      expect(relativeError(done.latents, file(`${edit.index}/latents/${step}`))).toBeLessThan(1e-4);
      if (done.mask) expect(relativeError(done.mask, file(`${edit.index}/mask/${masks++}`))).toBe(0);
      latents = done.latents;
      step += 1;
    }
    expect(step).toBe(T);
    expect(masks).toBe(edit.blend ? 5 : 0);
    const pictures = file(`${edit.index}/image_u8`);
    const size = elementCount(pictures.shape.slice(1));
    for (const p of [0, 1]) {
      const { rgb } = fromTensor(await model.decodeLatent(row(latents!, p)));
      const worst = rgb.reduce(
        (most, value, i) => Math.max(most, Math.abs(value - pictures.data[p * size + i]!)),
        0,
      );
      expect(worst).toBeLessThanOrEqual(1);
    }
  });
});
