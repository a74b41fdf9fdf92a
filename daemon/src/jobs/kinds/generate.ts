/** @file Drawing a picture from words alone, as a kind of job. */

import type { StableDiffusion } from '../../execution/stableDiffusion.ts';
import { type GenerateWork, generatePicture } from '../generateJob.ts';
import type { JobKind } from './jobKind.ts';

const sideOf = ({ options }: GenerateWork, { nativeSide }: StableDiffusion): number => {
  const { width = nativeSide, height = nativeSide } = options;
  return Math.sqrt(width * height);
};

export const generate: JobKind<'generate'> = {
  open: async ({ prompt, options }) => ({ prompt, options }),
  withPrompts: ({ prompt, options }, read) => ({
    prompt: read(prompt),
    options: { ...options, negativePrompt: read(options.negativePrompt) },
  }),
  pictures: () => [],
  changesPicture: false,
  pictureBytes: () => 0,
  inversion: () => null,
  steps: ({ options }) => options.steps,
  side: sideOf,
  change(work, change, model) {
    const side = sideOf(work, model);
    const ratio = (change.side ?? side) / side;
    const scaled = (length = model.nativeSide) =>
      Math.max(1, Math.floor((length * ratio) / model.sideMultiple)) * model.sideMultiple;
    const { width, height } = work.options;
    return { ...work, options: { ...work.options, width: scaled(width), height: scaled(height) } };
  },
  canBeInstant: false,
  visible: () => ({ width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY }),
  async run({ prompt, options }, { model, keep }, watch) {
    return keep(await generatePicture(model, prompt, options, watch));
  },
};
