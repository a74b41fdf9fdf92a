/** @file Options with their defaults filled in, for a form that shows all of them. */

import { EDIT_METHODS, USUAL_EDITOR } from './methods/editors/index.ts';
import type { OwnedOption } from './methods/flatShape.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import { type OwnValues, ownValues } from './methods/ownOption.ts';
import type { EditOptions, InversionOptions } from './options.ts';

/** An edit in which the options of the usual editor are there. */
export type WrittenEdit = EditOptions & OwnValues<(typeof EDIT_METHODS)[typeof USUAL_EDITOR]['options']>;

/** The defaults of all methods' options, where the methods agree on one. */
const usual = (owned: Readonly<Record<string, OwnedOption>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(owned).flatMap(([name, { usual }]) => (usual === undefined ? [] : [[name, usual]])),
  );

export const writtenEdit = (options: EditOptions): WrittenEdit => ({
  ...usual(OF_EDITORS),
  ...options,
  ...ownValues(EDIT_METHODS[USUAL_EDITOR].options, options),
});

export const writtenInversion = (options: InversionOptions): InversionOptions => ({
  ...usual(OF_INVERSIONS),
  ...options,
});
