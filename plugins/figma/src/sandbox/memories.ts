/**
 * @file What is kept with layers. The texts of a result and of its source are in the document, as part of the step that
 * places the result. What is typed in between is kept outside the document, for this person: in the document each pause
 * in typing would be a step to undo.
 */

import * as z from 'zod/mini';
import type { Recalled } from '../messages.ts';
import { findNode, getNode } from './layers.ts';
import { Refusal } from './refusal.ts';

const KEY = 'memory';
/** Names of the kept texts, the one that was written last first. */
const INDEX = 'memories';
/** Of all texts, in characters. Figma gives a plugin 5 MB for everything, and a character may take 3 bytes. */
const ROOM = 1_200_000;

const Kept = z.object({
  at: z.number(),
  text: z.string(),
  /**
   * The node that it is kept with: in the document it goes along with copies. Earlier versions left it out; then nobody can
   * tell, and it is taken for the node's own, as by far the most are.
   */
  of: z.optional(z.string()),
});
type Kept = z.infer<typeof Kept>;
const Index = z.array(z.object({ key: z.string(), size: z.number() }));

/** Keeps a text in the document. */
export function keepInDocument(node: SceneNode, text: string): void {
  const kept: Kept = { at: Date.now(), text, of: node.id };
  node.setPluginData(KEY, JSON.stringify(kept));
}

/** Writes one after the other: each reads the index and writes it. */
let writing: Promise<unknown> = Promise.resolve();

/** Keeps a text beside the document; the oldest texts make room. */
export async function remember(id: string, text: string): Promise<null> {
  const key = keyOf(await getNode(id));
  writing = writing.then(
    () => write(key, text),
    () => write(key, text),
  );
  try {
    await writing;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new Refusal('EDITOR_FAILED', `Figma could not save the words (${reason}). They stay in the panel.`);
  }
  return null;
}

/** What was kept last, in either place. */
export async function recall(id: string): Promise<Recalled | null> {
  const node = await findNode(id);
  if (node === null) return null;
  const places = [parsed(node.getPluginData(KEY)), await figma.clientStorage.getAsync(keyOf(node))];
  const texts = places.flatMap((place) => z.safeParse(Kept, place).data ?? []);
  const newest = texts.sort((one, other) => other.at - one.at)[0];
  if (newest === undefined) return null;
  const { text, of = node.id } = newest;
  return { text, isCopy: of !== node.id };
}

async function write(key: string, text: string): Promise<void> {
  const known = z.safeParse(Index, await figma.clientStorage.getAsync(INDEX)).data ?? [];
  const entries = [{ key, size: text.length }, ...known.filter((entry) => entry.key !== key)];
  let room = ROOM;
  const fitting = entries.filter(({ size }) => {
    room -= size;
    return room >= 0;
  });
  for (const entry of entries) {
    if (!fitting.includes(entry)) await figma.clientStorage.deleteAsync(entry.key);
  }
  const kept: Kept = { at: Date.now(), text };
  await figma.clientStorage.setAsync(key, kept);
  await figma.clientStorage.setAsync(INDEX, fitting);
}

/**
 * Ids are those of one file, and plugins are not told which file it is. So its name counts as well, and the image that a
 * layer shows; where all of that is the same in another file, words are offered there that fit.
 */
function keyOf(node: SceneNode): string {
  const fills = 'fills' in node && typeof node.fills !== 'symbol' ? node.fills : [];
  const images = fills.map((paint) => (paint.type === 'IMAGE' ? paint.imageHash : ''));
  return [KEY, figma.root.name, node.id, node.type, ...images].join(' ');
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Nothing is an empty text to Figma.
    return null;
  }
}
