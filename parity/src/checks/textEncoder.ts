/** @file text_encoder: token ids of the set's prompts and their embeddings. */

import { z } from 'zod';
import { row, type Tensor } from '../../../daemon/src/tensor/tensor.ts';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Prompts = z.object({ prompts: z.array(z.string()) });

export async function checkTextEncoder(section: Section, { golden, model }: Subject): Promise<void> {
  const { tokenizer } = model;
  const prompts = golden.json('text_encoder', Prompts)?.prompts;
  const ids = prompts?.map((prompt) => tokenizer.pad(tokenizer.encode(prompt)));
  if (section.has('input_ids')) {
    const stored = section.input('input_ids');
    if (ids) section.numbers('prompts', ids.flat(), stored.data);
    if (section.has('last_hidden_state')) {
      const embedded = await model.encodeTokens(rowsOf(stored));
      section.compare('last_hidden_state', embedded, TOLERANCES.networkCall);
    }
  } else if (ids && section.has('last_hidden_state')) {
    section.compare('last_hidden_state', await model.encodeTokens(ids), TOLERANCES.networkCall);
    section.markKey('prompts', 'input', 'of last_hidden_state');
  }
}

const rowsOf = (ids: Tensor): number[][] =>
  Array.from({ length: ids.shape[0]! }, (_, i) => [...row(ids, i).data]);
