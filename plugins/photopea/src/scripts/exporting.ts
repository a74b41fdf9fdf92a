/**
 * @file Scripts that get pixels out. They work in a scratch document, so that the person's own has no step of theirs in
 * its history, and nothing in it is hidden if they fail.
 */

import * as z from 'zod/mini';
import { Box, type DocumentRef } from './looking.ts';
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
function fit(s, b, width, height) {
  s.resizeCanvas(b[2] - b[0], b[3] - b[1], AnchorPosition.TOPLEFT);
  if (width !== b[2] - b[0] || height !== b[3] - b[1]) { s.resizeImage(width, height); }
}
`;

/** The box of a layer, measured in a document without a selection; null where it is empty. */
export const MEASURE = script<{ document: DocumentRef; layer: number; tag: string }>().answering(
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
  layer: number;
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
  fit(app.activeDocument, b, w, h);
}
return { box: b, width: w, height: h };`,
);

/**
 * Makes a scratch document of the selection: its first layer white, as opaque as the selection is strong, its last one
 * black, also where the box reaches beyond the canvas. The selection has to be painted in the person's document, which goes back in its history then.
 */
export const PREPARE_MASK = script<{
  document: DocumentRef;
  box: Box;
  width: number;
  height: number;
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
var d = findDocument(args.document), state, active, t, left, s, c;
if (d === null) { return null; }
d = activate(d);
if (selectionBox(d) === null) { return { selected: false }; }
active = activeIdOf(d);
attempt(function () { state = d.activeHistoryState; });
t = d.artLayers.add();
t.name = args.area;
d.selection.fill(grey(255));
s = newDocument(d, args.tag);
activate(d);
t.duplicate(s, ElementPlacement.PLACEATBEGINNING);
d = activate(d);
attempt(function () { if (state) { d.activeHistoryState = state; } });
left = allLayers(d, []);
for (var i = 0; i < left.length; i++) { if (String(left[i].name) === args.area) { left[i].remove(); } }
if (activeIdOf(d) !== active) { chooseLayer(d, active); }
s = activate(tagged(args.tag));
c = s.layers[0];
c.translate(-args.box[0], -args.box[1]);
fit(s, args.box, args.width, args.height);
s.activeLayer = s.layers[s.layers.length - 1];
s.selection.selectAll();
s.selection.fill(grey(0));
s.selection.deselect();
return { selected: true };`,
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
