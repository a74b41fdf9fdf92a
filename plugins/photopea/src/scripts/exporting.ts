/**
 * @file Scripts that export pixels. They work in a scratch document, so that they leave no step in the history of the
 * person's document and hide nothing in it if they fail.
 */

import * as z from 'zod/mini';
import { Box, type DocumentRef, type LayerRef } from './looking.ts';
import { script } from './script.ts';

/** The layer alone, with nothing of how it is mixed with others: opacity, mode and clipping are not its pixels. */
const COPY_ALONE = `
function copyAlone(d, l, tag) {
  var s, c;
  activate(d);
  s = newDocument(d, tag);
  activate(d);
  l.duplicate(s, ElementPlacement.PLACEATBEGINNING);
  s = activate(s);
  while (s.layers.length > 1) { s.layers[s.layers.length - 1].remove(); }
  c = s.layers[0];
  attempt(function () { c.isBackgroundLayer = false; });
  attempt(function () { c.allLocked = false; });
  attempt(function () { c.grouped = false; });
  attempt(function () { c.fillOpacity = 100; });
  c.visible = true;
  c.opacity = 100;
  c.blendMode = BlendMode.NORMAL;
  return c;
}
`;

/** The box of a layer, measured in a document without a selection; null where it is empty. */
export const MEASURE = script<{ document: DocumentRef; layer: LayerRef; tag: string }>().answering(
  'measure',
  z.nullable(z.strictObject({ box: z.nullable(Box) })),
  `${COPY_ALONE}
var d = findDocument(args.document), l = d === null ? null : findLayer(d, args.layer), b = null;
if (l === null) { return null; }
b = box(copyAlone(d, l, args.tag).bounds);
closeIt(tagged(args.tag));
activate(d);
return { box: b };`,
);

/** Makes a scratch document of what a layer shows, at a scale. null where the layer is gone. */
export const PREPARE_EXPORT = script<{
  document: DocumentRef;
  layer: LayerRef;
  scale: number;
  tag: string;
}>().answering(
  'prepare export',
  z.nullable(z.strictObject({ box: z.nullable(Box), width: z.number(), height: z.number() })),
  `${COPY_ALONE}
var d = findDocument(args.document), l = d === null ? null : findLayer(d, args.layer), c, b, w = 0, h = 0;
if (l === null) { return null; }
c = copyAlone(d, l, args.tag);
b = box(c.bounds);
if (b !== null) {
  w = Math.max(1, Math.round((b[2] - b[0]) * args.scale));
  h = Math.max(1, Math.round((b[3] - b[1]) * args.scale));
  moveTo(c, 0, 0);
  c = app.activeDocument;
  c.resizeCanvas(b[2] - b[0], b[3] - b[1], AnchorPosition.TOPLEFT);
  if (w !== b[2] - b[0] || h !== b[3] - b[1]) { c.resizeImage(w, h); }
}
return { box: b, width: w, height: h };`,
);

/**
 * Makes a scratch document of the selection over a layer: its first layer white, as opaque as the selection is strong, its
 * last one black, also where the box reaches beyond the canvas. The selection has to be painted in the person's document,
 * which goes back in its history then: beside the layer, so that both move alike where an artboard makes copies move.
 */
export const PREPARE_MASK = script<{
  document: DocumentRef;
  layer: LayerRef;
  /** Of the layer. */
  box: Box;
  tag: string;
  /** For the layer that is in the person's document for a moment. */
  area: string;
}>().answering(
  'prepare mask',
  z.nullable(z.strictObject({ selected: z.boolean() })),
  `${COPY_ALONE}
function grey(level) {
  var colour = new SolidColor();
  colour.rgb.red = level; colour.rgb.green = level; colour.rgb.blue = level;
  return colour;
}
function paintSelection(d, entry) {
  var t;
  d.activeLayer = entry.layer;
  t = d.artLayers.add();
  t.name = args.area;
  d.selection.fill(grey(255));
  return t;
}
var d = findDocument(args.document), entry = d === null ? null : findEntry(d, args.layer);
var b = args.box, state, chosen, t, left, s, i;
if (entry === null) { return null; }
d = activate(d);
if (selectionBox(d) === null) { return { selected: false }; }
chosen = chosenLayers(d);
if (entry.depth > 0) {
  b = box(copyAlone(d, entry.layer, args.tag).bounds);
  d = activate(d);
}
attempt(function () { state = d.activeHistoryState; });
t = paintSelection(d, entry);
if (entry.depth === 0) { newDocument(d, args.tag); }
s = tagged(args.tag);
d = activate(d);
t.duplicate(s, ElementPlacement.PLACEATBEGINNING);
d = activate(d);
attempt(function () { if (state) { d.activeHistoryState = state; } });
left = everyLayer(d);
for (i = 0; i < left.length; i++) { if (String(left[i].layer.name) === args.area) { left[i].layer.remove(); } }
chooseLayers(d, chosen);
s = activate(tagged(args.tag));
if (entry.depth > 0) {
  s.activeLayer = s.layers[1];
  s.artLayers.add();
  s.layers[2].remove();
}
s.layers[0].translate(-b[0], -b[1]);
s.resizeCanvas(b[2] - b[0], b[3] - b[1], AnchorPosition.TOPLEFT);
s.activeLayer = s.layers[1];
s.selection.selectAll();
s.selection.fill(grey(0));
s.selection.deselect();
return { selected: true };`,
);

/** Makes a scratch document smaller. */
export const SHRINK = script<{ tag: string; width: number; height: number }>().answering(
  'shrink',
  z.literal(true),
  `activate(tagged(args.tag)).resizeImage(args.width, args.height);
return true;`,
);

/** Sends a scratch document as PNG, with or without its lowest layer. */
export const SAVE = script<{ tag: string; backdrop: boolean }>().answering(
  'save',
  z.strictObject({ saved: z.boolean() }),
  `var s = tagged(args.tag);
if (s === null) { return { saved: false }; }
s = activate(s);
if (s.layers.length > 1) { s.layers[s.layers.length - 1].visible = args.backdrop; }
s.saveToOE("png");
return { saved: true };`,
  1,
);
