/** @file tokenizer.json: ids, encoding and the text of each token. */

import { z } from 'zod';
import type { Section } from '../section.ts';
import type { Subject } from '../subject.ts';
import { TOLERANCES } from '../tolerances.ts';

const Tokenization = z.object({
  model_max_length: z.number(),
  bos: z.number(),
  eos: z.number(),
  pad: z.number(),
  cases: z.array(
    z.object({
      text: z.string(),
      ids: z.array(z.number()),
      encode: z.array(z.number()),
      decode_each: z.array(z.string()),
    }),
  ),
});

/** Capital sigma (its lower case depends on where it stands) and the dotted capital I: implementations differ. */
const DISPUTED = /[\u03a3\u0130]/;

export async function checkTokenizer(section: Section, { golden, model }: Subject): Promise<void> {
  const reference = golden.json('tokenizer', Tokenization);
  if (reference === null) return;
  const { tokenizer } = model;
  section.numbers('model_max_length', [tokenizer.maxLength], [reference.model_max_length]);
  section.numbers('bos', [tokenizer.startId], [reference.bos]);
  section.numbers('eos', [tokenizer.endId], [reference.eos]);
  section.numbers('pad', [tokenizer.padId], [reference.pad]);
  for (const [i, { text, ids, encode, decode_each }] of reference.cases.entries()) {
    const options = { note: JSON.stringify(text), mayDiffer: DISPUTED.test(text) };
    await section.attempt(`cases/${i}`, () => {
      const ours = tokenizer.encode(text);
      section.numbers(`cases/${i} ids`, tokenizer.pad(ours), ids, TOLERANCES.exact, options);
      section.numbers(`cases/${i} encode`, ours, encode, TOLERANCES.exact, options);
      section.words(
        `cases/${i} decode_each`,
        ours.map((id) => tokenizer.decodeToken(id)),
        decode_each,
        options,
      );
    });
  }
}
