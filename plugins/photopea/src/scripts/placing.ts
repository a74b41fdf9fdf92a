/**
 * @file Scripts that place a result. Photopea cannot join several steps into one, so the layer is prepared in a scratch
 * document as large as the person's, and enters that in a single act.
 */

import * as z from 'zod/mini';
import { type DocumentRef, LayerRef } from './looking.ts';
import { script } from './script.ts';

/** Whether a file that was sent is open by now; if so, it gets its tag. */
export const CLAIM = script<{ documents: number; width: number; height: number; tag: string }>().answering(
  'claim',
  z.boolean(),
  `var d = app.documents.length > args.documents ? app.activeDocument : null;
if (d === null || px(d.width) !== args.width || px(d.height) !== args.height || d.layers.length !== 1) { return false; }
d.layers[0].name = args.tag;
return true;`,
);

const Point = z.tuple([z.number(), z.number()]);
type Point = z.infer<typeof Point>;

/**
 * Puts the picture, and the mask where there is one, into a scratch document where they belong. Where a layer of another
 * document comes to lie is measured, not supposed: in a folder, which may be an artboard, a copy of the source shows how
 * copies move on their way out, which the result makes up for on its way in.
 *
 * @returns at: where the result's opaque pixels have to lie in the person's document; null where that cannot be told.
 */
export const ASSEMBLE = script<{
  document: DocumentRef;
  /** Of the source; null where it is gone. */
  layer: LayerRef | null;
  picture: string;
  mask: string | null;
  tag: string;
  left: number;
  top: number;
  width: number;
  height: number;
  name: string;
}>().answering(
  'assemble',
  z.strictObject({ assembled: z.boolean(), at: z.nullable(Point) }),
  `function bring(w, from, left, top) {
  var s = activate(tagged(from)), b, l;
  if (px(s.width) !== args.width || px(s.height) !== args.height) { s.resizeImage(args.width, args.height); }
  b = box(s.layers[0].bounds);
  s.layers[0].duplicate(w, ElementPlacement.PLACEATBEGINNING);
  l = activate(w).layers[0];
  l.name = "brought";
  closeIt(tagged(from));
  l = activate(w).layers[0];
  if (b === null) { return null; }
  moveTo(l, left + b[0], top + b[1]);
  return [b[0], b[1]];
}
function cornerOfCopy(d, w, l) {
  var b;
  activate(d);
  l.duplicate(w, ElementPlacement.PLACEATBEGINNING);
  w = activate(w);
  b = box(w.layers[0].bounds);
  w.layers[0].remove();
  return b === null ? [args.left, args.top] : [b[0], b[1]];
}
function channel(name) {
  var ref = new ActionReference(), kind = charIDToTypeID("Chnl");
  ref.putEnumerated(kind, kind, charIDToTypeID(name));
  return ref;
}
function selectOpaque() {
  var desc = new ActionDescriptor(), ref = new ActionReference();
  ref.putProperty(charIDToTypeID("Chnl"), charIDToTypeID("fsel"));
  desc.putReference(charIDToTypeID("null"), ref);
  desc.putReference(charIDToTypeID("T   "), channel("Trsp"));
  executeAction(charIDToTypeID("setd"), desc, DialogModes.NO);
}
function maskBySelection() {
  var desc = new ActionDescriptor();
  desc.putClass(charIDToTypeID("Nw  "), charIDToTypeID("Chnl"));
  desc.putReference(charIDToTypeID("At  "), channel("Msk "));
  desc.putEnumerated(charIDToTypeID("Usng"), charIDToTypeID("UsrM"), charIDToTypeID("RvlS"));
  executeAction(charIDToTypeID("Mk  "), desc, DialogModes.NO);
}
var d = findDocument(args.document), entry = null, source = null, corner = [args.left, args.top], w, inset, l, opacity, mode, fill, clipped = false;
if (d === null) { return { assembled: false, at: null }; }
d = activate(d);
if (args.layer !== null) { entry = findEntry(d, args.layer); }
if (entry !== null) {
  source = entry.layer;
  opacity = source.opacity;
  mode = source.blendMode;
  attempt(function () { fill = source.fillOpacity; });
  attempt(function () { clipped = source.grouped === true; });
}
w = newDocument(d, args.tag);
if (entry !== null && entry.depth > 0) { corner = cornerOfCopy(d, w, source); }
inset = bring(w, args.picture, corner[0], corner[1]);
w = activate(w);
if (args.mask !== null) {
  bring(w, args.mask, corner[0], corner[1]);
  w.activeLayer = w.layers[0];
  selectOpaque();
  w.activeLayer = w.layers[1];
  maskBySelection();
  w.layers[0].remove();
  attempt(function () { w.selection.deselect(); });
}
l = w.layers[0];
l.name = args.name;
if (source !== null) {
  l.opacity = opacity;
  l.blendMode = mode;
  if (fill !== undefined) { attempt(function () { l.fillOpacity = fill; }); }
  if (clipped) { attempt(function () { l.grouped = true; }); }
}
return { assembled: true, at: inset === null || args.mask !== null ? null : [args.left + inset[0], args.top + inset[1]] };`,
);

/**
 * The one step: the layer that was made ready, into the document, directly above its source. In a folder, which may be an
 * artboard, it is looked where it lies, unless a selection hides that; where it has moved, it goes back and comes again.
 */
export const INSERT = script<{
  document: DocumentRef;
  layer: LayerRef | null;
  tag: string;
  at: Point | null;
}>().answering(
  'insert',
  z.strictObject({ layer: z.nullable(z.strictObject({ ref: LayerRef, name: z.string() })) }),
  `function isAbove(made) {
  var all = everyLayer(d), i;
  for (i = 1; i < all.length; i++) {
    if (all[i].id === args.layer.id && all[i].twin === args.layer.twin) {
      return all[i - 1].id === made.id && all[i - 1].twin === made.twin && all[i - 1].depth === all[i].depth;
    }
  }
  return false;
}
function put() {
  var made = null, source = args.layer === null ? null : findLayer(d, args.layer);
  w = activate(tagged(args.tag));
  if (source !== null) { attempt(function () { w.layers[0].duplicate(source, ElementPlacement.PLACEBEFORE); }); }
  made = addedTo(d, before);
  if (made === null) {
    w = activate(w);
    w.layers[0].duplicate(d, ElementPlacement.PLACEATBEGINNING);
    made = addedTo(d, before);
  }
  d = activate(d);
  if (made !== null && source !== null && !isAbove(made)) {
    attempt(function () { made.layer.move(source, ElementPlacement.PLACEBEFORE); });
    made = addedTo(d, before);
    if (made !== null && !isAbove(made)) { made.layer.remove(); made = null; }
  }
  return made;
}
function astray(made) {
  var b = made !== null && made.depth > 0 && args.at !== null && selectionBox(d) === null ? box(made.layer.bounds) : null;
  return b !== null && (b[0] !== args.at[0] || b[1] !== args.at[1]) ? [args.at[0] - b[0], args.at[1] - b[1]] : null;
}
var d = findDocument(args.document), w = tagged(args.tag), before, chosen, state, made, off, source;
if (d === null || w === null) { return { layer: null }; }
d = activate(d);
before = marksOf(d);
chosen = chosenLayers(d);
attempt(function () { state = d.activeHistoryState; });
made = put();
off = astray(made);
if (off !== null) {
  attempt(function () { if (state) { d.activeHistoryState = state; } });
  if (marksOf(d).length > before.length) { made.layer.translate(off[0], off[1]); }
  else {
    w = activate(tagged(args.tag));
    w.layers[0].translate(off[0], off[1]);
    made = put();
  }
}
closeIt(tagged(args.tag));
d = activate(d);
source = args.layer === null ? null : findLayer(d, args.layer);
if (made !== null && source !== null && source.grouped === true && made.layer.grouped !== true) {
  attempt(function () { made.layer.grouped = true; });
}
chooseLayers(d, chosen);
return { layer: made === null ? null : { ref: { id: made.id, twin: made.twin }, name: String(made.layer.name) } };`,
);
