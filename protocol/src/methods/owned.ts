/** @file Who has which option, by the option's name. Options of every method are not here. */

import { EDIT_METHODS } from './editors/index.ts';
import { ownedOptions } from './flatShape.ts';
import { INVERSION_METHODS } from './inversions/index.ts';

export const OF_INVERSIONS = ownedOptions(INVERSION_METHODS);
export const OF_EDITORS = ownedOptions(EDIT_METHODS);
