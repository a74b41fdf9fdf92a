/** @file The files of a tokenizer's folder: the vocabulary and its merges, in two files or in one. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ours, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { faultSentence, isNamed } from '../files/fileFault.ts';
import { JsonFault, jsonOf, textOf } from '../files/json.ts';

/** What transformers' slow tokenizers write, and its fast ones. */
const SLOW = ['vocab.json', 'merges.txt'];
const FAST = 'tokenizer.json';

const Vocabulary = z.record(z.string(), z.int().nonnegative());
/** A pair of pieces; older versions write them in one string. */
const Merge = z
  .union([z.string().transform((pair) => pair.split(' ')), z.array(z.string())])
  .pipe(z.tuple([z.string().min(1), z.string().min(1)]));
const FastTokenizer = z.object({
  model: z.object({ vocab: Vocabulary, merges: z.array(Merge).min(1) }),
  added_tokens: z.array(z.object({ id: z.int().nonnegative(), content: z.string() })).default([]),
});

export interface BytePairs {
  /** The file that holds the vocabulary. */
  readonly path: string;
  readonly vocabulary: Readonly<Record<string, number>>;
  readonly merges: readonly (readonly string[])[];
}

const isSlow = (folder: string): boolean => SLOW.every((name) => isNamed(join(folder, name)));
const isFast = (folder: string): boolean => isNamed(join(folder, FAST));

/** Whether a folder holds a tokenizer, of whatever model. */
export const holdsTokenizer = (folder: string): boolean => isSlow(folder) || isFast(folder);

/** @throws {PalimpsestError} MODEL_FOLDER_INVALID when a file is missing or damaged. */
export function readBytePairs(folder: string): BytePairs {
  if (!isSlow(folder) && isFast(folder)) {
    const path = join(folder, FAST);
    const { model, added_tokens } = parseJson(path, FastTokenizer);
    // Special tokens need not be in the vocabulary.
    const added = Object.fromEntries(added_tokens.map(({ id, content }) => [content, id]));
    return { path, vocabulary: { ...added, ...model.vocab }, merges: model.merges };
  }
  const path = join(folder, 'vocab.json');
  return { path, vocabulary: parseJson(path, Vocabulary), merges: readMerges(join(folder, 'merges.txt')) };
}

function readMerges(path: string): string[][] {
  const other = somethingElse(path);
  // The lines of a pointer are pairs too.
  if (other !== null) throw other;
  const lines = textOf(readBytes(path)).split(/\r?\n/);
  // The first line of the published files is "#version: 0.2".
  const rules = lines.filter((line, i) => line !== '' && !(i === 0 && line.startsWith('#version')));
  const merges = rules.map((line) => line.split(' '));
  const wrong = merges.findIndex((parts) => parts.length !== 2 || parts.includes(''));
  if (wrong >= 0) throw damaged(path, `the rule "${rules[wrong]}" is not a pair`);
  if (merges.length === 0) throw damaged(path, 'it holds no rules');
  return merges;
}

/**
 * A JSON file of a tokenizer's folder.
 *
 * @param whenMissing what is read in its place where there is none.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when it is missing or damaged.
 */
export function parseJson<T>(path: string, schema: z.ZodType<T>, whenMissing?: string): T {
  let value: unknown;
  try {
    value = jsonOf(readBytes(path, whenMissing));
  } catch (error) {
    if (error instanceof PalimpsestError) throw error;
    const where = error instanceof JsonFault ? sentence` (${{ where: error.message }})` : '';
    throw damaged(path, sentence`it is not valid JSON${{ at: where }}`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw damaged(path, z.prettifyError(parsed.error));
  return parsed.data;
}

function readBytes(path: string, whenMissing?: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (cause) {
    const missing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
    if (missing && whenMissing !== undefined) return Buffer.from(whenMissing);
    const other = somethingElse(path);
    if (other !== null) throw other;
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`Cannot open ${{ file: place(path) }}. Check that the model folder is complete: its tokenizer folder needs tokenizer_config.json, and vocab.json with merges.txt or tokenizer.json.`,
      { cause },
    );
  }
}

export function damaged(path: string, fact: string | Sentence): PalimpsestError {
  return (
    somethingElse(path) ??
    new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`${{ file: place(path) }} is damaged: ${{ reason: ours(fact) }}. Download or copy the file again.`,
    )
  );
}

/** What to tell of a file that is something else than its name says; null where it is not. */
function somethingElse(path: string): PalimpsestError | null {
  const fault = faultSentence(path);
  return fault === null ? null : new PalimpsestError('MODEL_FOLDER_INVALID', fault);
}
