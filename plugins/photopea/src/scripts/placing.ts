/**
 * @file Scripts that put a result in. Photopea cannot make one step of several, so the layer is made ready in a scratch
 * document as large as the person's, and gets into that by a single act.
 */

import * as z from 'zod/mini';
import type { DocumentRef } from './looking.ts';
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

/**
 * Puts the picture, and the mask where there is one, into a scratch document where they belong. Where a layer of another
 * document comes to lie is measured, not supposed.
 */
export const ASSEMBLE = script<{
  document: DocumentRef;
  /** Of the source; null where it is gone. */
  layer: number | null;
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
  z.strictObject({ assembled: z.boolean() }),
  `function bring(w, from) {
  var s = activate(tagged(from)), b, l;
  if (px(s.width) !== args.width || px(s.height) !== args.height) { s.resizeImage(args.width, args.height); }
  b = box(s.layers[0].bounds);
  s.layers[0].duplicate(w, ElementPlacement.PLACEATBEGINNING);
  l = activate(w).layers[0];
  l.name = "brought";
  closeIt(tagged(from));
  l = activate(w).layers[0];
  if (b !== null) { moveTo(l, args.left + b[0], args.top + b[1]); }
  return l;
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
var d = findDocument(args.document), source = null, w, l, m, opacity, mode, fill;
if (d === null) { return { assembled: false }; }
d = activate(d);
if (args.layer !== null) { source = findLayer(d, args.layer); }
if (source !== null) {
  opacity = source.opacity;
  mode = source.blendMode;
  attempt(function () { fill = source.fillOpacity; });
}
w = newDocument(d, args.tag);
l = bring(w, args.picture);
w = activate(w);
w.layers[w.layers.length - 1].remove();
if (args.mask !== null) {
  m = bring(w, args.mask);
  w.activeLayer = m;
  selectOpaque();
  w.activeLayer = l;
  maskBySelection();
  m.remove();
  attempt(function () { w.selection.deselect(); });
}
l.name = args.name;
if (source !== null) {
  l.opacity = opacity;
  l.blendMode = mode;
  if (fill !== undefined) { attempt(function () { l.fillOpacity = fill; }); }
}
return { assembled: true };`,
);

/** The one step: the layer that was made ready, into the document, directly above its source. */
export const INSERT = script<{ document: DocumentRef; layer: number | null; tag: string }>().answering(
  'insert',
  z.strictObject({ layer: z.nullable(z.strictObject({ id: z.number(), name: z.string() })) }),
  `function idsOf(d) {
  var layers = allLayers(d, []), ids = [], i;
  for (i = 0; i < layers.length; i++) { ids.push(Number(layers[i].id)); }
  return ids;
}
function newOne(d, before) {
  var layers = allLayers(d, []), found = null, i;
  for (i = 0; i < layers.length; i++) { if (before.indexOf(Number(layers[i].id)) < 0) { found = layers[i]; } }
  return found;
}
function isAbove(d, made, id) {
  var ids, at, group = made.parent, i;
  ids = [];
  for (i = 0; i < group.layers.length; i++) { ids.push(Number(group.layers[i].id)); }
  at = ids.indexOf(Number(made.id));
  return at >= 0 && ids[at + 1] === id;
}
function chosenIds(d) {
  var layers = allLayers(d, []), ids = [], i;
  for (i = 0; i < layers.length; i++) { if (layers[i].selected === true) { ids.push(Number(layers[i].id)); } }
  return ids;
}
var d = findDocument(args.document), w = tagged(args.tag), source = null, before, active, chosen, made, i;
if (d === null || w === null) { return { layer: null }; }
before = idsOf(d);
active = activeIdOf(d);
chosen = chosenIds(d);
if (args.layer !== null) { source = findLayer(d, args.layer); }
w = activate(w);
if (source !== null) { attempt(function () { w.layers[0].duplicate(source, ElementPlacement.PLACEBEFORE); }); }
made = newOne(d, before);
if (made === null) {
  w = activate(w);
  w.layers[0].duplicate(d, ElementPlacement.PLACEATBEGINNING);
  made = newOne(d, before);
}
closeIt(w);
d = activate(d);
if (made !== null && source !== null && !isAbove(d, made, args.layer)) {
  attempt(function () { made.move(source, ElementPlacement.PLACEBEFORE); });
  if (!isAbove(d, made, args.layer)) { made.remove(); made = null; }
}
if (made !== null && source !== null && source.grouped === true) { attempt(function () { made.grouped = true; }); }
chooseLayer(d, active);
if (chosen.length > 1) {
  for (i = 0; i < chosen.length; i++) { (function (l) { attempt(function () { l.selected = true; }); })(findLayer(d, chosen[i])); }
}
return { layer: made === null ? null : { id: Number(made.id), name: String(made.name) } };`,
);
