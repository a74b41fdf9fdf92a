/** @file What a method of editing declares of itself. It knows the inversions, which know no editor. */

import type { Method } from './declare.ts';
import type { InversionName } from './inversions/index.ts';
import type { OwnOptions } from './ownOption.ts';

/** A method of editing. */
export interface EditMethod<O extends OwnOptions = OwnOptions> extends Method<O> {
  /** The inversions on which it is not defined, with a sentence that says why. */
  readonly notOn: Readonly<Partial<Record<InversionName, string>>>;
  /** Whether the same words again are a wish of their own: it draws parts of the picture anew. */
  readonly drawsAnew: boolean;
}

/** The declaration with its options' own types; what is rare may be left out. */
export const editMethod = <const O extends OwnOptions>(
  method: Pick<EditMethod<O>, 'title' | 'citation' | 'options'> & Partial<EditMethod>,
): EditMethod<O> => ({ isRandom: false, drawsAnew: false, notOn: {}, ...method });
