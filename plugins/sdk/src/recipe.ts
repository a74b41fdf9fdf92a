/**
 * @file What is kept with a layer: how it was made, what was made from it, and what was being typed. It is read back
 * from documents that others may have written, so it is parsed, and what does not fit is ignored.
 */

import { BlobHash, KeptEdit, KeptInversion, ModelName, Prompt, StyleOptions } from '@palimpsest/protocol';
import * as z from 'zod/mini';

/** How much of a layer's story is kept. */
const MAX_HISTORY = 12;

/** What bounds an edit: nothing, the editor's selection, or the place of a word. */
export const Masking = z.enum(['none', 'selection', 'word']);
export type Masking = z.infer<typeof Masking>;

/** Everything that an edit with words depends on, but for the pixels. */
export const EditOrder = z.strictObject({
  model: ModelName,
  source: Prompt,
  target: Prompt,
  inversion: KeptInversion,
  edit: KeptEdit,
  /** With `word`, `edit.blend` names it. */
  masking: Masking,
});
export type EditOrder = z.infer<typeof EditOrder>;

/** Everything that a style transfer depends on, but for the pixels; the layer that is edited is the content. */
export const StyleOrder = z.strictObject({
  model: ModelName,
  source: Prompt,
  /** The layer that lends its style. */
  style: z.strictObject({ id: z.string(), name: z.string() }),
  styleSource: Prompt,
  inversion: KeptInversion,
  options: StyleOptions,
});
export type StyleOrder = z.infer<typeof StyleOrder>;

/** What can be ordered. */
export const Order = z.union([EditOrder, StyleOrder]);
export type Order = z.infer<typeof Order>;

export const isStyleOrder = (order: Order): order is StyleOrder => 'style' in order;

/** An edit that was made. */
export const Recipe = z.strictObject({
  order: Order,
  /** The picture that was edited, and what became of it; the daemon may have forgotten either. */
  image: BlobHash,
  result: BlobHash,
  /** The id of what was learned, so that it can be asked whether it is still there. */
  inversion: z.optional(z.string()),
  /** How long it took without the learning. */
  seconds: z.number(),
  /** In ms since 1970. */
  madeAt: z.number(),
});
export type Recipe = z.infer<typeof Recipe>;

/** What is kept with a layer. */
export const LayerMemory = z.strictObject({
  version: z.literal(1),
  /** Of a result: how it was made, and the id of the layer that it was made from. */
  made: z.optional(z.strictObject({ recipe: Recipe, from: z.string() })),
  /** Of a source: its edits, the newest first. */
  history: z.array(Recipe),
  /** What was typed last. */
  draft: z.optional(z.strictObject({ source: Prompt, target: Prompt })),
});
export type LayerMemory = z.infer<typeof LayerMemory>;

const NOTHING: LayerMemory = { version: 1, history: [] };

/** The memory of a layer, from the text that a host kept; empty where there is none or it is not ours. */
export function readMemory(text: string | null): LayerMemory {
  if (text === null) return NOTHING;
  try {
    return z.parse(LayerMemory, JSON.parse(text));
  } catch {
    return NOTHING;
  }
}

/** The text for a host to keep. */
export const writeMemory = (memory: LayerMemory): string => JSON.stringify(memory);

/** With one more edit. */
export const withEdit = (memory: LayerMemory, recipe: Recipe): LayerMemory => ({
  ...memory,
  history: [recipe, ...memory.history].slice(0, MAX_HISTORY),
});

/**
 * The memory of a layer that a person has copied, where the editor copies it, too. The copy is a layer of its own: what it
 * was made from lies elsewhere, and belongs to the original. Of how it was made, the words are left.
 */
export function memoryOfCopy({ made, draft, ...rest }: LayerMemory): LayerMemory {
  const words = draft ?? (made === undefined ? undefined : wordsOf(made.recipe.order));
  return words === undefined ? rest : { ...rest, draft: words };
}

const wordsOf = (order: Order): NonNullable<LayerMemory['draft']> => ({
  source: order.source,
  target: isStyleOrder(order) ? '' : order.target,
});

/** What a result layer is called. */
export function resultName(order: Order): string {
  if (isStyleOrder(order)) return `${order.source} in the style of ${order.style.name}`;
  const { source, target, edit } = order;
  if (source !== target) return `${source} → ${target}`;
  return `${target} (${(edit.weights ?? []).map(({ word, weight }) => `${word} × ${weight}`).join(', ')})`;
}

/**
 * The words that a result was named by, where nothing else is known of how it was made: the opposite of `resultName`. null
 * where the name is of another sort. A person may have written it, so it is a guess.
 */
export function wordsOfName(name: string): { readonly source: string; readonly target: string } | null {
  const change = /^(.+?) → (.+)$/su.exec(name);
  const weights = /^(.+) \([^()]+ × -?[\d.]+\)$/su.exec(name);
  const style = /^(.+?) in the style of .+$/su.exec(name);
  const source = (change ?? weights ?? style)?.[1];
  if (source === undefined) return null;
  const target = change?.[2] ?? (weights === null ? '' : source);
  return [source, target].every((text) => Prompt.safeParse(text).success) ? { source, target } : null;
}
