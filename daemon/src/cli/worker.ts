/** @file Who does the work of a command: this process, or the daemon that is running. */

import type {
  EditKind,
  EditOptions,
  GenerateOptions,
  InversionOptions,
  StyleOptions,
} from '@palimpsest/protocol';
import type { Size } from '../imaging/picture.ts';
import type { Progress } from '../methods/watch.ts';
import type { LoraChoice } from '../weights/loraChoice.ts';

/** The model that was asked for. */
export interface ModelChoice {
  readonly folder: string;
  readonly imageEncoder?: string | undefined;
  readonly vae?: string | undefined;
  readonly loras?: readonly LoraChoice[] | undefined;
}

export interface InvertWork {
  /** A file. */
  readonly picture: string;
  readonly prompt: string;
  readonly options: InversionOptions;
}

export interface EditWork {
  /** Files. */
  readonly picture: string;
  readonly mask?: string | undefined;
  readonly source: string;
  readonly target: string;
  readonly inversion: InversionOptions;
  readonly edit: EditOptions;
}

export interface StyleWork {
  /** Files. */
  readonly content: string;
  readonly style: string;
  readonly source: string;
  readonly styleSource: string;
  readonly inversion: InversionOptions;
  readonly options: StyleOptions;
}

export interface GenerateWork {
  readonly prompt: string;
  readonly options: GenerateOptions;
}

/** A PNG file, and its sides in pixels. */
export interface DrawnPicture extends Size {
  readonly png: Uint8Array;
}

/** Each method throws PalimpsestErrors as the jobs do; CANCELLED when the signal was aborted. */
export interface Worker {
  invert(
    work: InvertWork,
  ): Promise<{ readonly inversion: string; readonly canvas: Size; readonly reused: boolean }>;
  edit(work: EditWork): Promise<DrawnPicture & { readonly inversion: string; readonly kind: EditKind }>;
  style(work: StyleWork): Promise<DrawnPicture & { readonly inversion: string }>;
  generate(work: GenerateWork): Promise<DrawnPicture>;
  /** Gives back what it holds. */
  close(): Promise<void>;
}

/** How the work is watched. */
export interface WorkWatch {
  readonly signal: AbortSignal;
  readonly onProgress: (progress: Progress) => void;
  /** Tells the person something in a line. */
  readonly tell: (sentence: string) => void;
}
