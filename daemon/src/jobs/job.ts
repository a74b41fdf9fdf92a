/** @file A job as a value: what it does, and the same at another size or without learning. */

import { type GenerateOptions, type InversionOptions, plainPrompt } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { INVERSIONS, resolveInversion } from '../methods/inversions.ts';
import { editInArea } from './editArea.ts';
import type { EditJobRequest } from './editJob.ts';
import { generatePicture } from './generateJob.ts';
import { type Inversions, type InvertRequest, invertPicture } from './invertJob.ts';
import { type StyleJobRequest, stylePicture } from './styleJob.ts';

export type Job =
  | { readonly kind: 'invert'; readonly request: InvertRequest }
  | { readonly kind: 'edit'; readonly request: EditJobRequest }
  | { readonly kind: 'style'; readonly request: StyleJobRequest }
  | { readonly kind: 'generate'; readonly prompt: string; readonly options: GenerateOptions };

/** What may be different so that less memory is needed. */
export interface Change {
  /** Side in pixels of the square whose area is worked on. */
  readonly side?: number;
  /** Nothing is learned. */
  readonly instant?: boolean;
}

export function perform(model: StableDiffusion, store: Inversions, job: Job): Promise<unknown> {
  switch (job.kind) {
    case 'invert':
      return invertPicture(model, store, job.request);
    case 'edit':
      return editInArea(model, store, job.request);
    case 'style':
      return stylePicture(model, store, job.request);
    case 'generate':
      return generatePicture(model, job.prompt, job.options);
  }
}

/** The same job with its prompts as they look, which is how models are to read them (`plainPrompt`). */
export function withPlainPrompts<J extends Job>(job: J): J;
export function withPlainPrompts(job: Job): Job {
  switch (job.kind) {
    case 'invert':
      return { ...job, request: { ...job.request, prompt: plainPrompt(job.request.prompt) } };
    case 'edit': {
      const { source, target } = job.request;
      return {
        ...job,
        request: { ...job.request, source: plainPrompt(source), target: plainPrompt(target) },
      };
    }
    case 'style': {
      const { source, styleSource } = job.request;
      const prompts = { source: plainPrompt(source), styleSource: plainPrompt(styleSource) };
      return { ...job, request: { ...job.request, ...prompts } };
    }
    case 'generate': {
      const negativePrompt = plainPrompt(job.options.negativePrompt);
      return { ...job, prompt: plainPrompt(job.prompt), options: { ...job.options, negativePrompt } };
    }
  }
}

/** Changes a job's options. */
export function changed(job: Job, change: Change, model: StableDiffusion): Job {
  const inversion = <T extends InversionOptions>({
    mode,
    method,
    innerSteps,
    attentionLoss,
    ...rest
  }: T) => ({
    ...rest,
    ...(change.instant ? { mode: 'instant' as const } : { mode, method, innerSteps, attentionLoss }),
    size: change.side ?? rest.size,
  });
  switch (job.kind) {
    case 'invert':
      return { ...job, request: { ...job.request, options: inversion(job.request.options) } };
    case 'edit':
      return { ...job, request: { ...job.request, inversion: inversion(job.request.inversion) } };
    case 'style':
      return { ...job, request: { ...job.request, inversion: inversion(job.request.inversion) } };
    case 'generate': {
      const ratio = (change.side ?? sideOf(job, model)) / sideOf(job, model);
      const scaled = (side = model.nativeSide) =>
        Math.max(1, Math.floor((side * ratio) / model.sideMultiple)) * model.sideMultiple;
      const { width, height } = job.options;
      return { ...job, options: { ...job.options, width: scaled(width), height: scaled(height) } };
    }
  }
}

/** Denoising steps. */
export function stepsOf(job: Job): number {
  return (job.kind === 'generate' ? job.options : inversionOf(job)).steps;
}

/** The side of the square whose area a job works on. */
export function sideOf(job: Job, model: StableDiffusion): number {
  if (job.kind === 'generate') {
    const { width = model.nativeSide, height = model.nativeSide } = job.options;
    return Math.sqrt(width * height);
  }
  return inversionOf(job).size ?? model.nativeSide;
}

/** Whether a job learns a picture, and could do without. */
export const canBeInstant = (job: Job): boolean =>
  (job.kind === 'invert' || job.kind === 'edit') &&
  INVERSIONS[resolveInversion(inversionOf(job)).method].defaults.innerSteps !== undefined;

const inversionOf = (job: Exclude<Job, { kind: 'generate' }>): InversionOptions =>
  job.kind === 'invert' ? job.request.options : job.request.inversion;
