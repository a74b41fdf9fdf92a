/** @file Scripts around the work in scratch documents: where the person is, and how to get back there. */

import * as z from 'zod/mini';
import { DocumentRef } from './looking.ts';
import { script } from './script.ts';

/** How many documents are open, and which one the person looks at. */
export const SURROUNDINGS = script<Record<string, never>>().answering(
  'surroundings',
  z.strictObject({ documents: z.number(), active: z.nullable(DocumentRef) }),
  `var count = app.documents.length;
return { documents: count, active: count > 0 ? refOf(app.activeDocument) : null };`,
);

/**
 * Takes away whatever of ours is still there, and goes back to the person's document. `prefix` is how the names of
 * scratch documents begin, `area` the name of a layer that a mask needs for a moment.
 */
export const CLEAN_UP = script<{ prefix: string; area: string; document: DocumentRef | null }>().answering(
  'clean up',
  z.literal(true),
  `function isOurs(name) { return String(name).indexOf(args.prefix) === 0; }
var back = null, layers, i, d;
for (i = app.documents.length - 1; i >= 0; i--) {
  d = app.documents[i];
  if (isOurs(d.name) || (d.layers.length > 0 && isOurs(d.layers[0].name) && d.layers[0].name !== args.area)) { closeIt(d); }
}
if (args.document !== null) { back = findDocument(args.document); }
if (back !== null) {
  back = activate(back);
  layers = everyLayer(back);
  for (i = 0; i < layers.length; i++) { if (String(layers[i].layer.name) === args.area) { layers[i].layer.remove(); } }
}
return true;`,
);
