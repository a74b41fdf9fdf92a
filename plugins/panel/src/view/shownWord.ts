/** @file The word of the target that the person points at, by where it begins; its place is shown over the thumbnail. */

import { signal } from '@preact/signals';

export const shownWord = signal<number | null>(null);
