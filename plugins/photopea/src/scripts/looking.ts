/** @file Scripts that only look. */

import * as z from 'zod/mini';
import { script } from './script.ts';

/** A document, as far as Photopea tells them apart; `index` is -1 where name and source do. */
export const DocumentRef = z.strictObject({ name: z.string(), source: z.string(), index: z.number() });
export type DocumentRef = z.infer<typeof DocumentRef>;

/** Left, top, right, bottom in pixels of the document. */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof Box>;

/** What a layer is, as far as it matters here. */
const LayerSort = z.enum(['pixels', 'group', 'adjustment']);

const SeenLayer = z.strictObject({
  id: z.number(),
  name: z.string(),
  sort: LayerSort,
  /** null where the layer is empty, or while a selection hides it. */
  box: z.nullable(Box),
});
export type SeenLayer = z.infer<typeof SeenLayer>;

const SeenDocument = z.strictObject({
  ref: DocumentRef,
  width: z.number(),
  height: z.number(),
  /** Whether there is a selection: layers do not tell their own bounds then, but the selection's. */
  hasArea: z.boolean(),
  /** The selected layers, the topmost first. */
  layers: z.array(SeenLayer),
});
export type SeenDocument = z.infer<typeof SeenDocument>;

/** Kinds of layers without pixels of their own. What Photopea does not know is not in its LayerKind. */
const DESCRIBE = `
function sortOf(l) {
  var names = ["BLACKANDWHITE", "BRIGHTNESSCONTRAST", "CHANNELMIXER", "COLORBALANCE", "COLORLOOKUP", "CURVES",
    "EXPOSURE", "GRADIENTMAP", "HUESATURATION", "INVERSION", "LEVELS", "PHOTOFILTER", "POSTERIZE",
    "SELECTIVECOLOR", "THRESHOLD", "VIBRANCE"], sort = "pixels", i;
  if (l.typename === "LayerSet") { sort = "group"; }
  for (i = 0; i < names.length; i++) {
    if (sort === "pixels" && LayerKind[names[i]] !== undefined && l.kind === LayerKind[names[i]]) { sort = "adjustment"; }
  }
  return sort;
}
function describe(l, hasArea) {
  var sort = sortOf(l), b = null;
  if (sort === "pixels" && !hasArea) { attempt(function () { b = box(l.bounds); }); }
  return { id: Number(l.id), name: String(l.name), sort: sort, box: b };
}
function chosen(d) {
  var layers = allLayers(d, []), active = activeIdOf(d), out = [], i, several = false;
  for (i = 0; i < layers.length; i++) { if (layers[i].selected === true) { several = true; } }
  for (i = 0; i < layers.length; i++) {
    if (several ? layers[i].selected === true : Number(layers[i].id) === active) { out.push(layers[i]); }
  }
  return out;
}
function see(d, layers) {
  var hasArea = selectionBox(d) !== null, out = [], i;
  for (i = 0; i < layers.length; i++) { out.push(describe(layers[i], hasArea)); }
  return { ref: refOf(d), width: px(d.width), height: px(d.height), hasArea: hasArea, layers: out };
}
`;

/** Whether somebody is there. */
export const PING = script<Record<string, never>>().answering('ping', z.literal('here'), 'return "here";');

/** The active document and its selected layers; null where no document is open. */
export const LOOK = script<Record<string, never>>().answering(
  'look',
  z.nullable(SeenDocument),
  `${DESCRIBE}
var d = app.documents.length > 0 ? app.activeDocument : null;
return d === null ? null : see(d, chosen(d));`,
);

/** A layer by its id, the only one in `layers`; null where it, or its document, is gone. */
export const FIND = script<{ document: DocumentRef; layer: number }>().answering(
  'find',
  z.nullable(SeenDocument),
  `${DESCRIBE}
var d = findDocument(args.document), l = d === null ? null : findLayer(d, args.layer);
return l === null ? null : see(d, [l]);`,
);
