/** @file The tokenizer of a checkpoint that comes without one: all of Stable Diffusion 1.x and 2.x share CLIP's. */

import { dirname, join } from 'node:path';
import { PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { namesIn } from '../files/namesIn.ts';
import { readTokenizer, type Tokenizer } from '../networks/tokenizer.ts';
import { holdsTokenizer } from '../networks/tokenizerFiles.ts';
import { cachedRepositories, programFolders, pulledFolder, TOKENIZER_FOLDERS } from './searchPlaces.ts';

/** How far up from a checkpoint the folder of its program may lie. */
const MAX_LEVELS_UP = 6;

/**
 * The first tokenizer with as many words as the text encoder knows: beside the checkpoint, among the files of the program
 * that it belongs to, among pulled models, in the Hugging Face cache.
 *
 * @param pad the token that fills short prompts; null leaves it to the tokenizer.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when there is none, saying how to get it.
 */
export function findTokenizer(checkpoint: string, words: number, pad: string | null): Tokenizer {
  for (const folder of candidates(checkpoint)) {
    const tokenizer = holdsTokenizer(folder) ? readOrNull(folder, pad) : null;
    if (tokenizer?.words === words) return tokenizer;
  }
  throw new PalimpsestError(
    'MODEL_FOLDER_INVALID',
    sentence`${{ file: place(checkpoint) }} comes without a tokenizer of ${{ words }} words, and none is on this machine. Get it with: palimpsest models pull clip (or put vocab.json and merges.txt into a folder "tokenizer" beside it).`,
  );
}

/** A cache holds tokenizers of all kinds of models: another model's is passed over, and is no reason to fail. */
function readOrNull(folder: string, pad: string | null): Tokenizer | null {
  try {
    return readTokenizer(folder, { pad });
  } catch {
    return null;
  }
}

function* candidates(checkpoint: string): Generator<string> {
  const beside = dirname(checkpoint);
  yield join(beside, 'tokenizer');
  let folder = beside;
  for (let level = 0; level < MAX_LEVELS_UP; level++) {
    for (const place of TOKENIZER_FOLDERS) yield join(folder, place);
    folder = dirname(folder);
  }
  const models = [
    ...namesIn(pulledFolder()).map((name) => join(pulledFolder(), name)),
    ...cachedRepositories().map((repository) => repository.folder),
  ];
  for (const model of models) yield* [join(model, 'tokenizer'), model];
  for (const program of programFolders()) for (const place of TOKENIZER_FOLDERS) yield join(program, place);
}
