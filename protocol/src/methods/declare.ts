/** @file What a method declares of itself here; its file in the daemon has the same name, and the algorithm. */

import type { OwnOptions } from './ownOption.ts';

export interface Method<O extends OwnOptions> {
  /** What people call it. */
  readonly title: string;
  readonly citation: string;
  /** The options that it heeds beside those of every method. */
  readonly options: O;
  /** Whether it draws random numbers, so that the seed counts. */
  readonly isRandom: boolean;
}

/** A method of inverting. */
export interface InversionMethod<O extends OwnOptions = OwnOptions> extends Method<O> {
  /** Whether it learns contexts of the branch that has the words. */
  readonly learnsWords: boolean;
  /** With fewer steps it is not defined. */
  readonly fewestSteps: number;
  /** Whether it learns for the branch without words, which counts for nothing at guidance 1. */
  readonly learnsWithoutWords: boolean;
}

/** The declaration with its options' own types; what is rare may be left out. */
export const inversionMethod = <const O extends OwnOptions>(
  method: Pick<InversionMethod<O>, 'title' | 'citation' | 'options'> & Partial<InversionMethod>,
): InversionMethod<O> => ({
  isRandom: false,
  learnsWords: false,
  fewestSteps: 1,
  learnsWithoutWords: false,
  ...method,
});
