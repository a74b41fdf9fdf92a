/** @file The tokenizer against the reference's token ids, and what it says of a damaged folder. */

import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { findTokenizer } from '../../daemon/src/catalog/tokenizerPlaces.ts';
import { loadTokenizer, promptWords } from '../../daemon/src/networks/tokenizer.ts';

const MODEL = join(import.meta.dirname, '../golden/modelA');

interface GoldenCase {
  readonly text: string;
  readonly ids: number[];
  readonly encode: number[];
  readonly decode_each: string[];
}
interface GoldenTokenizer {
  readonly model_max_length: number;
  readonly bos: number;
  readonly eos: number;
  readonly pad: number;
  readonly cases: GoldenCase[];
}
const golden: GoldenTokenizer = JSON.parse(
  readFileSync(join(import.meta.dirname, '../golden/A/tokenizer.json'), 'utf8'),
);

describe('the reference', () => {
  const tokenizer = loadTokenizer(MODEL);

  test('has the same special tokens and length', () => {
    expect(tokenizer).toMatchObject({
      maxLength: golden.model_max_length,
      startId: golden.bos,
      endId: golden.eos,
      padId: golden.pad,
    });
  });

  // Also the final sigma and the dotted I, where implementations may differ: ours does what Python does.
  test.each(golden.cases.map((one) => [one.text, one] as const))('tokenizes %j', (text, one) => {
    const ids = tokenizer.encode(text);
    expect(ids).toEqual(one.encode);
    expect(tokenizer.pad(ids)).toEqual(one.ids);
    expect(ids.map((id) => tokenizer.decodeToken(id))).toEqual(one.decode_each);
  });

  test.each(golden.cases.map(({ text }) => text))('finds every token of %j in one of its words', (text) => {
    const positions = promptWords(tokenizer, text).flatMap(({ tokens }) => tokens);
    expect(positions).toEqual(
      tokenizer
        .encode(text)
        .slice(1, -1)
        .map((_, i) => i + 1),
    );
  });
});

describe('a prompt', () => {
  const tokenizer = loadTokenizer(MODEL);

  test('that is empty is start, end and padding', () => {
    expect(tokenizer.encodePrompt('')).toEqual([992, ...new Array(76).fill(993)]);
  });

  test('that fits exactly is taken', () => {
    expect(tokenizer.encodePrompt('the '.repeat(75))).toEqual([992, ...new Array(75).fill(683), 993]);
  });

  test('that is too long names the words that would be cut', () => {
    const prompt = `${'the '.repeat(73)}cat carpet red ball`;
    expect(() => tokenizer.encodePrompt(prompt)).toThrow(
      expect.objectContaining({
        code: 'PROMPT_TOO_LONG',
        message: expect.stringContaining('"carpet red ball"'),
      }),
    );
  });

  test.each([
    ['words', 'ball '.repeat(280)],
    ['letters', 'x'.repeat(5000)],
  ])('with too many %s to tell is told by their beginning', (_, prompt) => {
    expect(() => tokenizer.encodePrompt(prompt)).toThrow(/^.{0,250}…". Shorten the prompt\.$/);
  });
});

describe('a model folder', () => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });
  const copyOfModel = (): string => {
    const folder = mkdtempSync(join(tmpdir(), 'tokenizer-'));
    folders.push(folder);
    cpSync(join(MODEL, 'tokenizer'), join(folder, 'tokenizer'), { recursive: true });
    return folder;
  };
  const write = (folder: string, file: string, text: string): void =>
    writeFileSync(join(folder, 'tokenizer', file), text);

  const oneFile = (pairs: boolean, inVocabulary: boolean) => {
    const folder = copyOfModel();
    const read = (file: string) => readFileSync(join(folder, 'tokenizer', file), 'utf8');
    const vocab = JSON.parse(read('vocab.json')) as Record<string, number>;
    const rules = read('merges.txt')
      .split('\n')
      .slice(1)
      .filter((line) => line !== '');
    const special = Object.entries(vocab).filter(([word]) => word.startsWith('<|'));
    if (!inVocabulary) for (const [word] of special) delete vocab[word];
    const merges = pairs ? rules.map((rule) => rule.split(' ')) : rules;
    const added_tokens = special.map(([content, id]) => ({ id, content, special: true }));
    write(folder, 'tokenizer.json', JSON.stringify({ added_tokens, model: { type: 'BPE', vocab, merges } }));
    for (const file of ['vocab.json', 'merges.txt']) rmSync(join(folder, 'tokenizer', file));
    return folder;
  };

  test.each([
    ['in strings', false, true],
    ['in pairs', true, true],
    ['and special tokens beside the vocabulary', true, false],
  ])('with only tokenizer.json is read the same: its merges %s', (_, pairs, inVocabulary) => {
    const [one, two] = [loadTokenizer(oneFile(pairs, inVocabulary)), loadTokenizer(MODEL)];
    expect([one.words, one.startId, one.endId, one.padId]).toEqual([
      two.words,
      two.startId,
      two.endId,
      two.padId,
    ]);
    for (const { text, encode } of golden.cases) expect(one.encode(text)).toEqual(encode);
  });

  test.each(['{}', '{"model": {"vocab": {"a": 1}, "merges": ["a"]}}'])(
    'whose tokenizer.json is %s is refused',
    (text) => {
      const folder = oneFile(true, true);
      write(folder, 'tokenizer.json', text);
      expect(() => loadTokenizer(folder)).toThrow(
        expect.objectContaining({
          code: 'MODEL_FOLDER_INVALID',
          message: expect.stringContaining('tokenizer.json'),
        }),
      );
    },
  );

  test('is found for a checkpoint without one, past the tokenizers of other models', () => {
    const cache = mkdtempSync(join(tmpdir(), 'tokenizers-'));
    folders.push(cache);
    vi.stubEnv('HF_HUB_CACHE', cache);
    vi.stubEnv('PALIMPSEST_DATA', join(cache, 'data'));
    const snapshot = (repository: string) => join(cache, `models--${repository}`, 'snapshots/abc');
    const foreign = snapshot('gpt2');
    mkdirSync(foreign, { recursive: true });
    writeFileSync(join(foreign, 'vocab.json'), '{"<|endoftext|>": 1, "a": 0}');
    writeFileSync(join(foreign, 'merges.txt'), '#version: 0.2\nĠ t\n');
    writeFileSync(join(foreign, 'tokenizer_config.json'), '{"model_max_length": 1024}');
    cpSync(join(MODEL, 'tokenizer'), join(snapshot('someone--tiny'), 'tokenizer'), { recursive: true });
    const { words } = loadTokenizer(MODEL);
    expect(findTokenizer(join(cache, 'one.safetensors'), words, null).words).toBe(words);
    vi.unstubAllEnvs();
  });

  test('of SD 2.x pads with the token of its special token map', () => {
    const folder = copyOfModel();
    write(folder, 'special_tokens_map.json', '{"pad_token": "!"}');
    const tokenizer = loadTokenizer(folder);
    expect(tokenizer.padId).toBe(0);
    expect(tokenizer.encodePrompt('a cat!').slice(0, 7)).toEqual([992, 320, 771, 256, 993, 0, 0]);
  });

  test('needs no special token map', () => {
    const folder = copyOfModel();
    rmSync(join(folder, 'tokenizer/special_tokens_map.json'));
    expect(loadTokenizer(folder)).toMatchObject({ startId: 992, endId: 993, padId: 993 });
  });

  test('that declares no length has that of CLIP', () => {
    const folder = copyOfModel();
    write(folder, 'tokenizer_config.json', '{"model_max_length": 1000000000000000019884624838656}');
    expect(loadTokenizer(folder).maxLength).toBe(77);
  });

  test.each(['vocab.json', 'merges.txt', 'tokenizer_config.json'])(
    'without %s says which file it lacks',
    (file) => {
      const folder = copyOfModel();
      rmSync(join(folder, 'tokenizer', file));
      expect(() => loadTokenizer(folder)).toThrow(
        expect.objectContaining({ code: 'MODEL_FOLDER_INVALID', message: expect.stringContaining(file) }),
      );
    },
  );

  test.each([
    ['vocab.json', '{"a": 1,'],
    ['vocab.json', '{"a": "one"}'],
    ['vocab.json', '{"a": 1}'],
    ['merges.txt', '#version: 0.2\n'],
    ['merges.txt', '#version: 0.2\ni n\nalone'],
    ['tokenizer_config.json', '[]'],
    ['special_tokens_map.json', '{"pad_token": "<nowhere>"}'],
    ['special_tokens_map.json', '{"unk_token": "<nowhere>"}'],
  ])('with %s holding %j is refused', (file, text) => {
    const folder = copyOfModel();
    write(folder, file, text);
    expect(() => loadTokenizer(folder)).toThrow(expect.objectContaining({ code: 'MODEL_FOLDER_INVALID' }));
  });
});
