/** @file The last step of an edit: into the document, when the person keeps it. */

import type { FinishedEdit } from './editFlow.ts';
import type { EditorHost } from './editorHost.ts';
import type { Layer, PlacedResult } from './hostData.ts';
import { type LayerMemory, readMemory, resultName, withEdit, writeMemory } from './recipe.ts';

/**
 * Places finished edits and notes them with their sources: in one undo step where the editor can join steps, else one after
 * the other, each in a step of its own.
 *
 * @param onKept is told of each edit that is in the document.
 * @returns the new layers, in the order of the edits.
 * @throws {HostError} EDITOR_FAILED; what `onKept` was not told of is not in the document.
 */
export async function keepEdits(
  host: EditorHost,
  edits: readonly FinishedEdit[],
  onKept: (edit: FinishedEdit) => void = () => {},
): Promise<readonly Layer[]> {
  const steps = host.placeAll === undefined ? edits.map((edit) => [edit]) : [edits];
  const placed: Layer[] = [];
  for (const step of steps) {
    const results = await resultsOf(host, step);
    placed.push(...((await host.placeAll?.(results)) ?? [await host.place(results[0]!)]));
    for (const edit of step) onKept(edit);
  }
  return placed;
}

/** Of edits with the same source, each is noted beside those before it. */
async function resultsOf(host: EditorHost, edits: readonly FinishedEdit[]): Promise<PlacedResult[]> {
  const memories = new Map<string, LayerMemory>();
  const results: PlacedResult[] = [];
  for (const { layer, recipe, after, width, height } of edits) {
    const source = (await host.find(layer.id)) ?? layer;
    const memory = memories.get(layer.id) ?? readMemory(await host.recall(layer.id).catch(() => null));
    const noted = withEdit(memory, recipe);
    memories.set(layer.id, noted);
    results.push({
      ...{ source, png: after, width, height },
      name: resultName(recipe.order),
      memory: writeMemory({ version: 1, history: [], made: { recipe, from: layer.id } }),
      sourceMemory: writeMemory(noted),
    });
  }
  return results;
}
