/** The host keeps every promise of the contract, in a Photopea that is as documented, and in one with all its oddities. */

import { conformance } from '@palimpsest/sdk/conformance';
import { describe, it } from 'vitest';
import { openPhotopea } from './fake/hands.ts';
import type { NO_TRAITS } from './fake/traits.ts';

describe('the host in Photopea as it is documented', () => {
  for (const { name, run } of conformance(openPhotopea)) it(name, run);
});

/** But for what takes the document's size, or more than one step, by its very nature. */
const ODD = {
  ...{ strayValues: true, lateFiles: true, centredPlacing: true, slowOpening: true, strayDone: true },
  ...{
    missingFiles: true,
    oddBounds: true,
    lockedBackgrounds: true,
    oldInterpreter: true,
    mixedAnswers: true,
  },
} satisfies Partial<typeof NO_TRAITS>;

describe('the host in Photopea with its oddities', () => {
  for (const { name, run } of conformance(() => openPhotopea(ODD))) it(name, run);
});
