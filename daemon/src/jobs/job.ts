/** @file A job as a value: its kind, and its work. What is asked of it, its kind answers. */

import { type JobRequest, type JobResult, type Kind, plainPrompt } from '@palimpsest/protocol';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import type { Picture, Size } from '../imaging/picture.ts';
import { resolveInversion } from '../methods/inversions.ts';
import type { Watch } from '../methods/watch.ts';
import { JOBS } from './kinds/index.ts';
import type { Change, JobKind, OpenPicture, RunDependencies, Works } from './kinds/jobKind.ts';

/** Of one kind, or of any. */
export type Job<K extends Kind = Kind> = { [P in K]: { readonly kind: P; readonly work: Works[P] } }[K];

/** With its kind's own types, which a union of jobs does not keep together. */
function split<K extends Kind>(job: Job<K>): { readonly own: JobKind<K>; readonly work: Works[K] } {
  const { kind, work } = job as { readonly kind: K; readonly work: Works[K] };
  return { own: JOBS[kind], work };
}

const withWork = <K extends Kind>(job: Job<K>, work: Works[K]): Job<K> => ({ ...job, work });

/**
 * The job that a request asks for.
 *
 * @param open opens a picture.
 * @throws {PalimpsestError} as that does.
 */
export async function openJob<K extends Kind>(request: JobRequest<K>, open: OpenPicture): Promise<Job<K>> {
  const kind = request.kind as K;
  return { kind, work: await JOBS[kind].open(request, open) } as Job<K>;
}

/** @throws {PalimpsestError} as its kind does. */
export function perform<K extends Kind>(
  job: Job<K>,
  tools: RunDependencies,
  watch: Watch = {},
): Promise<JobResult<K>> {
  const { own, work } = split(job);
  return own.run(work, tools, watch);
}

/** The same job with its prompts as a model is to read them: without invisible characters (`plainPrompt`). */
export function withPlainPrompts<K extends Kind>(job: Job<K>): Job<K> {
  const { own, work } = split(job);
  return withWork(job, own.withPrompts(work, plainPrompt));
}

export function promptsOf(job: Job): string[] {
  const { own, work } = split(job);
  const prompts: string[] = [];
  own.withPrompts(work, (prompt) => {
    prompts.push(prompt);
    return prompt;
  });
  return prompts;
}

/** Changes a job's options. */
export function changed(job: Job, change: Change, model: StableDiffusion): Job {
  const { own, work } = split(job);
  return withWork(job, own.change(work, change, model));
}

export function picturesOf(job: Job): readonly Picture[] {
  const { own, work } = split(job);
  return own.pictures(work);
}

/** The picture that comes back changed, if there is one. */
export const changingPicture = (job: Job): Picture | undefined =>
  JOBS[job.kind].changesPicture ? picturesOf(job)[0] : undefined;

/** Of the pictures beside the networks. */
export function pictureBytes(job: Job): number {
  const { own, work } = split(job);
  return own.pictureBytes(work);
}

/** Denoising steps. */
export function stepsOf(job: Job): number {
  const { own, work } = split(job);
  return own.steps(work);
}

/** The side of the square whose area a job works on. */
export function sideOf(job: Job, model: StableDiffusion): number {
  const { own, work } = split(job);
  return own.side(work, model);
}

/** Rows and columns of the latent that show the picture. */
export function visibleOf(job: Job, model: StableDiffusion): Size {
  const { own, work } = split(job);
  return own.visible(work, model);
}

/** How a picture is inverted for a job; null where none is. */
export function inversionOf(job: Job) {
  const { own, work } = split(job);
  const options = own.inversion(work);
  return options === null ? null : resolveInversion(options);
}

/** Whether a job learns a picture, and could do without. */
export function canBeInstant(job: Job): boolean {
  const inversion = JOBS[job.kind].canBeInstant ? inversionOf(job) : null;
  return inversion !== null && 'innerSteps' in inversion;
}
