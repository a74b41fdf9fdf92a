/** @file `image_pm1`, which several files hold: the set's picture in -1..1. */

import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

/** Compares it with image.png; a set without that file has it as an input only. */
export async function checkPicture(section: Section, subject: Subject): Promise<void> {
  if (!section.has('image_pm1')) return;
  if (subject.golden.has('image.png')) {
    section.compare('image_pm1', await subject.picture(), TOLERANCES.arithmetic);
  } else {
    section.input('image_pm1');
  }
}
