/** @file What all scripts share: ES5 for Photopea's interpreter. */

/**
 * - px, box: bounds are numbers or UnitValues; an empty layer has no box.
 * - selectionBox: null where nothing is selected, which Photopea tells by null, or by an error.
 * - findDocument: documents have no id. Name and source tell them apart, and their place where that is not enough.
 * - everyLayer: from top to bottom. A copy may have the number of its original; of such twins the lowest is the first.
 * - marksOf, addedTo: a new layer is told by its place, since its number and name may be those of another.
 * - chosenLayers, chooseLayers: what the person has selected, and back to that.
 * - tagged: the scratch document of that name, or with that name on its only layer.
 * - attempt: what some kinds of layers refuse, and what then does no harm.
 */
export const PRELUDE = `
function px(value) { return typeof value === "number" ? value : Number(value.value); }
function box(b) {
  var out = null;
  if (b) { out = [px(b[0]), px(b[1]), px(b[2]), px(b[3])]; }
  if (out !== null && !(out[2] > out[0] && out[3] > out[1])) { out = null; }
  return out;
}
function attempt(work) { try { work(); } catch (problem) {} }
function selectionBox(d) {
  var b = null;
  attempt(function () { b = d.selection.bounds; });
  return box(b);
}
function sourceOf(d) {
  var source = "";
  attempt(function () { if (d.source) { source = String(d.source); } });
  return source;
}
function isNamed(d, ref) { return String(d.name) === ref.name && sourceOf(d) === ref.source; }
function findDocument(ref) {
  var found = null, i;
  for (i = 0; i < app.documents.length; i++) {
    if (isNamed(app.documents[i], ref) && (found === null || i === ref.index)) { found = app.documents[i]; }
  }
  return found;
}
function activeIdOf(d) {
  var id = -1;
  attempt(function () { if (d.activeLayer) { id = Number(d.activeLayer.id); } });
  return id;
}
function looksLike(a, b) {
  return a === b || (px(a.width) === px(b.width) && px(a.height) === px(b.height) &&
    a.layers.length === b.layers.length && activeIdOf(a) === activeIdOf(b));
}
function refOf(d) {
  var ref = { name: String(d.name), source: sourceOf(d), index: -1 }, twins = 0, at = -1, i;
  for (i = 0; i < app.documents.length; i++) {
    if (isNamed(app.documents[i], ref)) {
      twins++;
      if (at < 0 && looksLike(app.documents[i], d)) { at = i; }
    }
  }
  if (twins > 1) { ref.index = at; }
  return ref;
}
function tagged(tag) {
  var found = null, i, d;
  for (i = 0; i < app.documents.length; i++) {
    d = app.documents[i];
    if (String(d.name) === tag || (d.layers.length > 0 && String(d.layers[0].name) === tag)) { found = d; }
  }
  return found;
}
function walk(container, depth, out) {
  var i, l;
  for (i = 0; i < container.layers.length; i++) {
    l = container.layers[i];
    out.push({ layer: l, id: Number(l.id), twin: 0, depth: depth, above: i > 0 ? container.layers[i - 1] : null });
    if (l.typename === "LayerSet") { walk(l, depth + 1, out); }
  }
  return out;
}
function everyLayer(d) {
  var all = walk(d, 0, []), twins = {}, i, key;
  for (i = all.length - 1; i >= 0; i--) {
    key = "id " + all[i].id;
    all[i].twin = twins[key] || 0;
    twins[key] = all[i].twin + 1;
  }
  return all;
}
function findEntry(d, ref) {
  var all = everyLayer(d), found = null, i;
  for (i = 0; i < all.length; i++) { if (all[i].id === ref.id && all[i].twin === ref.twin) { found = all[i]; } }
  return found;
}
function findLayer(d, ref) {
  var found = findEntry(d, ref);
  return found === null ? null : found.layer;
}
function marksOf(d) {
  var all = everyLayer(d), marks = [], i;
  for (i = 0; i < all.length; i++) { marks.push(all[i].id + " " + String(all[i].layer.name)); }
  return marks;
}
function addedTo(d, before) {
  var after = marksOf(d), at = 0;
  if (after.length !== before.length + 1) { return null; }
  while (at < before.length && after[at] === before[at]) { at++; }
  return everyLayer(d)[at];
}
function chosenLayers(d) {
  var all = everyLayer(d), active = activeIdOf(d), chosen = [], lone = [], i;
  for (i = 0; i < all.length; i++) {
    if (all[i].layer.selected === true) { chosen.push(all[i]); }
    if (all[i].id === active) { lone = [all[i]]; }
  }
  return chosen.length > 0 ? chosen : lone;
}
function chooseLayers(d, refs) {
  var found = [], i, l;
  for (i = 0; i < refs.length; i++) {
    l = findLayer(d, refs[i]);
    if (l !== null) { found.push(l); }
  }
  if (found.length > 0) { d.activeLayer = found[0]; }
  if (found.length > 1) {
    for (i = 0; i < found.length; i++) { (function (one) { attempt(function () { one.selected = true; }); })(found[i]); }
  }
}
function activate(d) { app.activeDocument = d; return app.activeDocument; }
function closeIt(d) { activate(d).close(SaveOptions.DONOTSAVECHANGES); }
function newDocument(like, tag) {
  app.documents.add(px(like.width), px(like.height), like.resolution ? px(like.resolution) : 72, tag);
  return app.activeDocument;
}
function moveTo(l, left, top) {
  var b = box(l.bounds);
  if (b !== null && (b[0] !== left || b[1] !== top)) { l.translate(left - b[0], top - b[1]); }
}
`;
