/** @file Stored prompt embeddings whose prompts the file does not name. */

import { row, stack, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

/** An embedding further than this from those of all the set's prompts is of none of them. */
const SAME_PROMPT = 1e-2;

/** Compares embeddings [N, tokens, D] with those of the nearest prompts, and returns the stored ones. */
export async function checkEmbeddings(section: Section, subject: Subject, name: string): Promise<Tensor> {
  const stored = section.read(name);
  const tolerance = TOLERANCES.networkCall;
  const nearest = [];
  for (let i = 0; i < stored.shape[0]!; i++) {
    nearest.push(await subject.nearestPrompt(row(stored, i), tolerance.limit));
  }
  if (nearest.some(({ error }) => error > SAME_PROMPT)) {
    return section.input(name, 'not of a prompt that the set names');
  }
  const note = nearest.map(({ prompt }) => JSON.stringify(prompt)).join(', ');
  section.compare(name, stack(nearest.map(({ embedding }) => embedding)), tolerance, { note });
  return stored;
}
