/** @file Scripts that only look. */

import * as z from 'zod/mini';
import { script } from './script.ts';

/** A document, as far as Photopea tells them apart; `index` is -1 where name and source do. */
export const DocumentRef = z.strictObject({ name: z.string(), source: z.string(), index: z.number() });
export type DocumentRef = z.infer<typeof DocumentRef>;

/** A layer's number in its document; `twin` counts from below among those that have the same one. */
export const LayerRef = z.strictObject({ id: z.number(), twin: z.number() });
export type LayerRef = z.infer<typeof LayerRef>;

/** Left, top, right, bottom in pixels of the document. */
export const Box = z.tuple([z.number(), z.number(), z.number(), z.number()]);
export type Box = z.infer<typeof Box>;

/** What a layer is, as far as it matters here. */
const LayerSort = z.enum(['pixels', 'group', 'adjustment']);

const SeenLayer = z.strictObject({
  ref: LayerRef,
  name: z.string(),
  /** The name of the layer right above it, in the same folder. */
  above: z.nullable(z.string()),
  sort: LayerSort,
  /** null where the layer is empty, or while a selection hides it. */
  box: z.nullable(Box),
});
export type SeenLayer = z.infer<typeof SeenLayer>;

const SeenDocument = z.strictObject({
  ref: DocumentRef,
  width: z.number(),
  height: z.number(),
  /** For each channel: 8, 16 or 32. */
  bits: z.number(),
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
function bitsOf(d) {
  var bits = 8;
  attempt(function () {
    var is = d.bitsPerChannel;
    if (is === 16 || is === BitsPerChannelType.SIXTEEN) { bits = 16; }
    if (is === 32 || is === BitsPerChannelType.THIRTYTWO) { bits = 32; }
  });
  return bits;
}
function describe(entry, hasArea) {
  var l = entry.layer, sort = sortOf(l), b = null;
  if (sort === "pixels" && !hasArea) { attempt(function () { b = box(l.bounds); }); }
  return {
    ref: { id: entry.id, twin: entry.twin }, name: String(l.name),
    above: entry.above === null ? null : String(entry.above.name), sort: sort, box: b
  };
}
function see(d, layers) {
  var hasArea = selectionBox(d) !== null, out = [], i;
  for (i = 0; i < layers.length; i++) { out.push(describe(layers[i], hasArea)); }
  return { ref: refOf(d), width: px(d.width), height: px(d.height), bits: bitsOf(d), hasArea: hasArea, layers: out };
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
return d === null ? null : see(d, chosenLayers(d));`,
);

/** A layer by its id, the only one in `layers`; null where it, or its document, is gone. */
export const FIND = script<{ document: DocumentRef; layer: LayerRef }>().answering(
  'find',
  z.nullable(SeenDocument),
  `${DESCRIBE}
var d = findDocument(args.document), l = d === null ? null : findEntry(d, args.layer);
return l === null ? null : see(d, [l]);`,
);
