/** @file What a kind of job is made of. Each kind is one file beside this one, and a line in the table (index.ts). */

import type { BlobHash, InversionOptions, JobRequest, JobResult, Kind } from '@palimpsest/protocol';
import type { StableDiffusion } from '../../execution/stableDiffusion.ts';
import type { Picture, PictureRole, Size } from '../../imaging/picture.ts';
import type { Watch } from '../../methods/watch.ts';
import type { EditWork } from '../editJob.ts';
import type { GenerateWork } from '../generateJob.ts';
import { type Inversions, type InvertWork, placeOnCanvas } from '../invertJob.ts';
import type { StyleWork } from '../styleJob.ts';

/** What is to be done, by kind: a request with its pictures opened. */
export interface Works {
  readonly invert: InvertWork;
  readonly edit: EditWork;
  readonly style: StyleWork;
  readonly generate: GenerateWork;
}

/** @param role what faults call the picture. */
export type OpenPicture = (image: BlobHash, role?: PictureRole) => Promise<Picture>;

/** What may be different so that less memory is needed. */
export interface Change {
  /** Side in pixels of the square whose area is worked on. */
  readonly side?: number;
  /** Nothing is learned. */
  readonly instant?: boolean;
}

/** What jobs are done with. */
export interface RunDependencies {
  readonly model: StableDiffusion;
  readonly store: Inversions;
  /** Keeps a picture that was made. */
  readonly keep: (picture: Picture) => Promise<Drawn>;
}

/** A picture that was kept. */
export interface Drawn extends Size {
  readonly image: BlobHash;
}

export interface JobKind<K extends Kind, Work = Works[K]> {
  /** Opens the pictures that a request names. @throws {PalimpsestError} as `open` does. */
  open(request: JobRequest<K>, open: OpenPicture): Promise<Work>;
  /** The same work with each prompt as `read` has it. */
  withPrompts(work: Work, read: (prompt: string) => string): Work;
  /** The pictures that are worked on, the one that comes back changed first. */
  pictures(work: Work): readonly Picture[];
  /** Whether a picture comes back. */
  readonly changesPicture: boolean;
  /** Of the pictures beside the networks, at the size that they came in. */
  pictureBytes(work: Work): number;
  /** How a picture is inverted for it; null where none is. */
  inversion(work: Work): InversionOptions | null;
  /** Denoising steps. */
  steps(work: Work): number;
  /** The side of the square whose area is worked on. */
  side(work: Work, model: StableDiffusion): number;
  change(work: Work, change: Change, model: StableDiffusion): Work;
  /** Whether it could be done without learning, where it would learn. */
  readonly canBeInstant: boolean;
  /** Rows and columns of the latent that show the picture; the rest is padding. */
  visible(work: Work, model: StableDiffusion): Size;
  /** @throws {PalimpsestError} as the job does, CANCELLED among them. */
  run(work: Work, tools: RunDependencies, watch: Watch): Promise<JobResult<K>>;
}

/** Of a pixel: the source's, that which is drawn in its place, and what becomes of both. */
export const PIXEL_BYTES = 3 * 3;

export const pixelsOf = ({ width, height }: Size): number => width * height;

/** What kinds that invert a picture say of that alike, wherever their work has the options. */
export function byInversion<Work>(
  of: (work: Work) => InversionOptions,
  replaced: (work: Work, inversion: InversionOptions) => Work,
) {
  return {
    inversion: of,
    steps: (work: Work) => of(work).steps,
    side: (work: Work, model: StableDiffusion) => of(work).size ?? model.nativeSide,
    change: (work: Work, change: Change) => replaced(work, changedInversion(of(work), change)),
  };
}

/** The same inversion at another size, or by a method that learns nothing. */
function changedInversion(
  { mode, method, ...rest }: InversionOptions,
  { instant, side }: Change,
): InversionOptions {
  return {
    ...rest,
    ...(instant ? { mode: 'instant' as const } : { mode, method }),
    size: side ?? rest.size,
  };
}

/** The part of the latent that a picture fills on its canvas. */
export function visiblePart(model: StableDiffusion, picture: Size, options: InversionOptions): Size {
  const { scaled } = placeOnCanvas(model, picture, options);
  return {
    width: Math.ceil(scaled.width / model.pixelsPerLatent),
    height: Math.ceil(scaled.height / model.pixelsPerLatent),
  };
}
