/**
 * @file Tells which file is open. Figma does not tell plugins, so we leave a mark in the file. A copy of the file has
 * the same mark, and the same layers.
 */

const KEY = 'document';

/** An undo may take it out of the document. */
let known: string | null = null;

/** @param mark whether the file gets a mark where it has none; else that is null. */
export async function documentMark(mark: boolean): Promise<string | null> {
  const kept = figma.root.getPluginData(KEY);
  if (kept !== '') known = kept;
  else if (mark) {
    known ??= `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
    figma.root.setPluginData(KEY, known);
    // A step of its own, so that the mark stays when what comes after it is undone.
    figma.commitUndo();
  }
  return known;
}
