/**
 * @file CLIP's tokenizer, read from the `tokenizer` folder of a diffusers model.
 *
 * The byte-pair merging is @huggingface/tokenizers'; what makes it CLIP's (Radford et al. 2021,
 * simple_tokenizer.py) is composed here, since diffusers folders hold vocab.json and merges.txt rather
 * than a ready tokenizer.json; of one that has only this, the vocabulary and the merges are taken.
 */

import { join } from 'node:path';
import { Tokenizer as BytePairTokenizer } from '@huggingface/tokenizers';
import { PalimpsestError, sentence, wordsOf } from '@palimpsest/protocol';
import { z } from 'zod';
import { damaged, parseJson, readBytePairs } from './tokenizerFiles.ts';

/** The context length of every CLIP text encoder in Stable Diffusion. */
const CLIP_MAX_LENGTH = 77;

/** Configs without a limit hold 1e30 for "none"; no CLIP text encoder has as many positions as this. */
const LARGEST_MAX_LENGTH = 4096;

/** CLIP's split of a lower-case text: contractions, runs of letters, single digits, runs of the rest. */
const CLIP_SPLIT = "'s|'t|'re|'ve|'m|'ll|'d|[\\p{L}]+|[\\p{N}]|[^\\s\\p{L}\\p{N}]+";

const DEFAULT_TOKENS = { bos_token: '<|startoftext|>', eos_token: '<|endoftext|>' };

const TokenName = z.union([
  z.string(),
  z.object({ content: z.string() }).transform(({ content }) => content),
]);
const TokenNames = z.object({
  bos_token: TokenName.nullish(),
  eos_token: TokenName.nullish(),
  unk_token: TokenName.nullish(),
  pad_token: TokenName.nullish(),
});
const Config = TokenNames.extend({ model_max_length: z.number().positive().nullish() });

type NamedToken = keyof z.infer<typeof TokenNames>;

/** A prompt to token ids and back. Positions count the start token, so the first word is at position 1. */
export interface Tokenizer {
  /** How many tokens it knows; the text encoder has an embedding for each. */
  readonly words: number;
  /** Tokens that the text encoder takes, the start and end tokens among them. */
  readonly maxLength: number;
  readonly startId: number;
  readonly endId: number;
  /** What fills a short prompt: the end token in SD 1.x, "!" in SD 2.x. */
  readonly padId: number;
  /** The ids of a text with start and end token, neither padded nor cut. */
  encode(text: string): number[];
  /** Exactly `maxLength` ids: padded, or cut with the end token kept. */
  pad(ids: readonly number[]): number[];
  /**
   * `encode` and `pad` for a prompt that has to fit.
   *
   * @throws {PalimpsestError} PROMPT_TOO_LONG, naming the words that would be cut.
   */
  encodePrompt(prompt: string): number[];
  /** The text of one token; a piece of a multi-byte character reads as U+FFFD. */
  decodeToken(id: number): string;
}

/** A word of a prompt and the positions of its tokens, in order. */
export interface PromptWord {
  readonly text: string;
  readonly tokens: readonly number[];
}

/**
 * The words of a prompt, split at white space, each with its token positions.
 *
 * CLIP never merges over white space, so a word encoded alone has the tokens that it has in the prompt.
 */
export function promptWords(tokenizer: Pick<Tokenizer, 'encode'>, prompt: string): PromptWord[] {
  let position = 1;
  return wordsOf(prompt).map(({ text }) => {
    const count = tokenizer.encode(text).length - 2;
    const tokens = Array.from({ length: count }, (_, i) => position + i);
    position += count;
    return { text, tokens };
  });
}

/**
 * Reads the tokenizer of a model folder (`<modelFolder>/tokenizer`).
 *
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when a file is missing or damaged.
 */
export const loadTokenizer = (modelFolder: string): Tokenizer =>
  readTokenizer(join(modelFolder, 'tokenizer'));

/**
 * Reads a tokenizer from the folder that holds its vocab.json and merges.txt, or its tokenizer.json.
 *
 * @param pad the token that fills short prompts, where the model knows better than the tokenizer's own files.
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when a file is missing or damaged.
 */
export function readTokenizer(
  folder: string,
  { pad: padName = null }: { pad?: string | null } = {},
): Tokenizer {
  const { path, vocabulary, merges } = readBytePairs(folder);
  const config = parseJson(join(folder, 'tokenizer_config.json'), Config);
  const map = parseJson(join(folder, 'special_tokens_map.json'), TokenNames, '{}');
  // The map wins over the config, as in transformers: in SD 2.x only the map has the pad token "!".
  const nameOf = (token: NamedToken): string | undefined => map[token] ?? config[token] ?? undefined;
  const idOf = (name: string): number => {
    const id = vocabulary[name];
    if (id === undefined) throw damaged(path, `it lacks the special token ${name}`);
    return id;
  };
  const start = nameOf('bos_token') ?? DEFAULT_TOKENS.bos_token;
  const end = nameOf('eos_token') ?? DEFAULT_TOKENS.eos_token;
  const unknown = nameOf('unk_token') ?? end;
  const [startId, endId, padId] = [idOf(start), idOf(end), idOf(padName ?? nameOf('pad_token') ?? end)];
  idOf(unknown);
  // Only start and end are cut out of a text. The pad token "!" of SD 2.x stays punctuation there, as it was
  // when those models were trained.
  const inner = composeBytePair(vocabulary, merges, unknown, [start, end]);

  const declared = config.model_max_length ?? CLIP_MAX_LENGTH;
  const maxLength = Number.isInteger(declared) && declared <= LARGEST_MAX_LENGTH ? declared : CLIP_MAX_LENGTH;
  const encode = (text: string): number[] => [startId, ...inner.encode(text).ids, endId];
  const pad = (ids: readonly number[]): number[] => {
    if (ids.length > maxLength) return [...ids.slice(0, maxLength - 1), endId];
    return [...ids, ...new Array<number>(maxLength - ids.length).fill(padId)];
  };
  return {
    words: Object.keys(vocabulary).length,
    maxLength,
    startId,
    endId,
    padId,
    encode,
    pad,
    encodePrompt(prompt) {
      const ids = encode(prompt);
      if (ids.length > maxLength) throw tooLong({ encode }, prompt, maxLength);
      return pad(ids);
    },
    // Tokens that end a word carry "</w>", which the library turns into a space.
    decodeToken: (id) => inner.decode([id], { clean_up_tokenization_spaces: false }).trim(),
  };
}

/** CLIP's tokenizer as the library's tokenizer.json: normaliser, split, byte level, byte-pair merges. */
function composeBytePair(
  vocab: Readonly<Record<string, number>>,
  merges: readonly (readonly string[])[],
  unknown: string,
  special: readonly string[],
): BytePairTokenizer {
  const normalizers = [
    { type: 'NFC' },
    { type: 'Replace', pattern: { Regex: '\\s+' }, content: ' ' },
    { type: 'Lowercase' },
  ];
  const pretokenizers = [
    { type: 'Split', pattern: { Regex: CLIP_SPLIT }, behavior: 'Removed', invert: true },
    { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: false },
  ];
  const composed = {
    added_tokens: special.map((content) => ({
      id: vocab[content],
      content,
      special: true,
      normalized: true,
    })),
    normalizer: { type: 'Sequence', normalizers },
    pre_tokenizer: { type: 'Sequence', pretokenizers },
    post_processor: null,
    decoder: { type: 'ByteLevel' },
    model: { type: 'BPE', vocab, merges, unk_token: unknown, end_of_word_suffix: '</w>' },
  };
  return new BytePairTokenizer(composed, {});
}

function tooLong(tokenizer: Pick<Tokenizer, 'encode'>, prompt: string, limit: number): PalimpsestError {
  // Position `limit - 1` belongs to the end token; a word that reaches it is cut, at least in part.
  const cut = promptWords(tokenizer, prompt).filter(({ tokens }) => (tokens.at(-1) ?? 0) >= limit - 1);
  const words = cut.map(({ text }) => text).join(' ');
  return new PalimpsestError(
    'PROMPT_TOO_LONG',
    sentence`The prompt is longer than the model can read at once. These words would be cut: "${{ cut: beginning(words) }}". Shorten the prompt.`,
  );
}

/** In letters: as much as shows where to cut. */
const MOST_TOLD = 100;

const beginning = (text: string): string => {
  const letters = [...text];
  return letters.length <= MOST_TOLD ? text : `${letters.slice(0, MOST_TOLD).join('').trimEnd()}…`;
};
