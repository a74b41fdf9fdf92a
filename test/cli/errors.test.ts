/** Bad input: a stable code, a sentence that says what to do, a status that is not 0, and nothing half-written. */

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GOLDEN, MODEL } from '../golden.ts';
import { inProcess } from './inProcess.ts';
import { palimpsest } from './palimpsest.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-errors-'));
const cache = join(folder, 'cache');
const picture = join(GOLDEN, 'image.png');
const at = (name: string) => join(folder, name);

/** A copy of the golden model with one thing wrong. */
function brokenModel(name: string, breakIt: (model: string) => void): string {
  const model = at(name);
  cpSync(MODEL, model, { recursive: true });
  breakIt(model);
  return model;
}

const WEIGHTS = 'unet/diffusion_pytorch_model.safetensors';

beforeAll(async () => {
  brokenModel('no-weights', (model) => rmSync(join(model, WEIGHTS)));
  brokenModel('truncated', (model) => truncateSync(join(model, WEIGHTS), 3_000_000));
  brokenModel('sdxl', (model) => {
    const path = join(model, 'unet/config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...config, addition_embed_type: 'text_time' }));
  });
  brokenModel('other-channels', (model) => {
    const path = join(model, 'unet/config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    writeFileSync(path, JSON.stringify({ ...config, block_out_channels: [16, 32, 48, 64] }));
  });
  brokenModel('no-encoder', (model) => rmSync(join(model, 'image_encoder'), { recursive: true }));
  const solid = (width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: 'red' } });
  await solid(1, 1).png().toFile(at('dot.png'));
  await solid(30_000, 20).png().toFile(at('wide.png'));
  cpSync(picture, at('mine.png'));
  symlinkSync(at('mine.png'), at('link.png'));
  writeFileSync(at('text.png'), 'not a picture');
  writeFileSync(at('cut.png'), readFileSync(picture).subarray(0, 9000));
});
afterAll(() => rmSync(folder, { recursive: true }));

const long = Array.from({ length: 40 }, (_, i) => `word${i}`).join(' ');

describe('palimpsest edit with bad input', () => {
  it.each([
    ['a missing weight file', { model: at('no-weights') }, 'MODEL_FOLDER_INVALID', /unet holds no weights/],
    ['a truncated weight file', { model: at('truncated') }, 'WEIGHT_INVALID', /damaged.*Download or copy/],
    [
      'an unsupported config',
      { model: at('sdxl') },
      'CONFIG_UNSUPPORTED',
      /addition_embed_type is "text_time"/,
    ],
    [
      'weights of another shape',
      { model: at('other-channels') },
      'WEIGHT_INVALID',
      /is F32 \[.*config asks for/,
    ],
    [
      'no image encoder',
      { model: at('no-encoder') },
      'IMAGE_ENCODER_MISSING',
      /--image-encoder.*--mode instant/,
    ],
    ['a folder that is not there', { model: at('nowhere') }, 'MODEL_FOLDER_INVALID', /There is no folder/],
    [
      'a word that is not in the prompt',
      { extra: ['--weight', 'lion=2'] },
      'WORD_NOT_FOUND',
      /Its words are: a, tiger/,
    ],
    ['a prompt that is too long', { to: long }, 'PROMPT_TOO_LONG', /word\d+/],
    [
      'replace with more words',
      { to: 'a big tiger', extra: ['--kind', 'replace'] },
      'PROMPTS_MISALIGNED',
      /refine/,
    ],
    ['an option out of range', { extra: ['--tau-v', '1.5'] }, 'OPTION_INVALID', /--tau-v/],
    ['a malformed weight', { extra: ['--weight', 'tiger'] }, 'OPTION_INVALID', /WORD=FACTOR/],
    ['a text file', { picture: at('text.png') }, 'PICTURE_UNREADABLE', /./],
    ['a picture cut short', { picture: at('cut.png') }, 'PICTURE_UNREADABLE', /./],
    ['a picture that is not there', { picture: at('none.png') }, 'PICTURE_UNREADABLE', /./],
    [
      'a folder for a picture',
      { picture: folder },
      'PICTURE_UNREADABLE',
      /is a folder\. Name a picture in it/,
    ],
    ['no name for a picture', { picture: '' }, 'PICTURE_UNREADABLE', /name of a picture is empty/],
    ['no name for a model', { model: '' }, 'OPTION_INVALID', /--model is empty/],
    ['no name for a VAE', { extra: ['--vae', ''] }, 'OPTION_INVALID', /--vae is empty/],
    ['no name for a LoRA', { extra: ['--lora', ''] }, 'OPTION_INVALID', /--lora is empty/],
    [
      'a kind for an editor without',
      { extra: ['--editor', 'sdedit', '--kind', 'refine'] },
      'OPTION_INVALID',
      /^--kind: SDEdit does not heed it: leave it out, or choose the editor p2plus or p2p/,
    ],
    [
      'learning steps where nothing is learned',
      { extra: ['--mode', 'instant', '--inner-steps', '5'] },
      'OPTION_INVALID',
      /^--inner-steps: Direct inversion does not heed it: .* choose the method styleDiffusion or nullText/,
    ],
    [
      'what an editor without it would do anyway',
      { extra: ['--editor', 'sdedit', '--tau-s', '0.8'] },
      'OPTION_INVALID',
      /^--tau-s: SDEdit does not heed it/,
    ],
    ['a picture of one pixel', { picture: at('dot.png') }, 'PICTURE_TOO_SMALL', /1 x 1/],
    ['a picture of 30,000 pixels', { picture: at('wide.png') }, 'PICTURE_TOO_LARGE', /30.?000/],
    ['an interval out of range', { extra: ['--word-tau', 'tiger=0..3'] }, 'OPTION_INVALID', /^--word-tau:/],
    ['a malformed pair', { extra: ['--subtract', 'a:b:c'] }, 'OPTION_INVALID', /^--subtract "a:b:c"/],
    ['a soft edge of nothing', { extra: ['--feather', '20'] }, 'OPTION_INVALID', /^--feather .* --mask/],
    [
      'a threshold for no words',
      { extra: ['--blend-threshold', '0.5'] },
      'OPTION_INVALID',
      /^--blend-threshold .* give --blend OLD:NEW/,
    ],
    [
      'a threshold for no words to keep',
      { extra: ['--blend', 'dog:tiger', '--subtract-threshold', '0.5'] },
      'OPTION_INVALID',
      /^--subtract-threshold .* give --subtract OLD:NEW/,
    ],
    [
      'a strength of what is not learned',
      { extra: ['--method', 'nullText', '--tau-v', '0.5'] },
      'OPTION_INVALID',
      /^--tau-v .* learns nothing/,
    ],
    [
      'factors for an editor without',
      { extra: ['--editor', 'sdedit', '--weight', 'tiger=2'] },
      'OPTION_INVALID',
      /^--weight: SDEdit does not heed it: leave it out, or choose the editor p2plus or p2p\.$/,
    ],
    [
      'words to keep of no change',
      { extra: ['--subtract', 'dog:tiger'] },
      'OPTION_INVALID',
      /^--subtract does nothing without --blend/,
    ],
    [
      'a pace and another method',
      { extra: ['--mode', 'instant', '--method', 'nullText'] },
      'OPTION_INVALID',
      /^mode "instant" stands for the method direct/,
    ],
    [
      'two factors for one word',
      { extra: ['--weight', 'tiger=2', '--weight', 'Tiger=3'] },
      'OPTION_INVALID',
      /^The strength named for "tiger" would not count/,
    ],
    [
      'two intervals for one word',
      { extra: ['--word-tau', 'tiger=0..0.2', '--word-tau', 'tiger=0.4..0.5'] },
      'OPTION_INVALID',
      /^The interval named for "tiger" would not count/,
    ],
    ['a context without a mask', { extra: ['--context', '0.5'] }, 'OPTION_INVALID', /--mask/],
    [
      'an option that is no number',
      { extra: ['--steps', 'many'] },
      'OPTION_INVALID',
      /whole number from 1 to 500/,
    ],
    [
      'a share out of range',
      { extra: ['--tau-s', '2'] },
      'OPTION_INVALID',
      /^--tau-s: give a number from 0 to 1\.$/,
    ],
    [
      'a factor out of range',
      { extra: ['--weight', 'tiger=99'] },
      'OPTION_INVALID',
      /^--weight: give a number from -20 to 20\.$/,
    ],
    ['threads that are none', { extra: ['--threads', '0'] }, 'OPTION_INVALID', /whole number from 1/],
    [
      'the picture itself to write to',
      { picture: at('mine.png'), out: at('mine.png') },
      'OPTION_INVALID',
      /stays/,
    ],
    [
      'a link to the mask',
      { out: at('link.png'), extra: ['--mask', at('mine.png')] },
      'OPTION_INVALID',
      /original stays/,
    ],
    ['an unknown option', { extra: ['--unheard-of'] }, 'OPTION_INVALID', /--unheard-of/],
    ['the name of a JPEG', { out: at('out.jpg') }, 'OPTION_INVALID', /out\.png/],
    ['a folder in the place of a file', { out: folder }, 'WRITE_FAILED', /is a folder/],
    ['a folder that cannot be written to', { out: at('nowhere/out.png') }, 'WRITE_FAILED', /Cannot write/],
  ] as const)('%s', async (_, given, code, sentence) => {
    const {
      model,
      picture: input,
      to,
      out,
      extra,
    } = { model: MODEL, picture, to: 'a tiger', out: at('out.png'), extra: [], ...given };
    const options = [
      '--model',
      model,
      '--from',
      'a dog',
      '--to',
      to,
      '--out',
      out,
      '--steps',
      '1',
      '--inner-steps',
      '1',
    ];
    const { status, stdout } = await inProcess(cache, 'edit', input, ...options, ...extra, '--json');
    expect(status).toBe(code === 'OPTION_INVALID' ? 2 : 1);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe(code);
    expect(error.message).toMatch(sentence);
    expect(readdirSync(folder).filter((name) => name === 'out.png' || name.endsWith('.tmp'))).toEqual([]);
  });
});

it('a process ends with that error and status too', async () => {
  const edit = ['edit', at('none.png'), '--from', 'a dog', '--to', 'a cat', '--out', at('out.png'), '--json'];
  const { status, stdout } = await palimpsest(cache, ...edit);
  expect(status).toBe(1);
  expect(JSON.parse(stdout).error).toEqual({
    code: 'PICTURE_UNREADABLE',
    message: `Cannot open ${at('none.png')}. Check that the file exists and can be read.`,
    facts: { picture: at('none.png') },
  });
});

it('an error without facts says so too', async () => {
  const edit = ['edit', picture, '--from', 'a dog', '--to', 'a cat', '--out', '', '--json'];
  const { stdout } = await inProcess(cache, ...edit);
  expect(JSON.parse(stdout).error).toMatchObject({ code: 'OPTION_INVALID', facts: {} });
});

it('a choice of yes and no is named as it was written', async () => {
  const words = ['--from', 'a dog', '--to', 'a tiger', '--out', at('out.png'), '--json'];
  const given = ['--method', 'ddim', '--no-attention-loss', '--model', MODEL];
  const { stdout } = await inProcess(cache, 'edit', picture, ...given, ...words);
  expect(JSON.parse(stdout).error.message).toMatch(/^--no-attention-loss: DDIM inversion does not heed it/);
});

it('a device of the environment that is not there is refused as one of a flag is', async () => {
  const absent = process.platform === 'win32' ? 'coreml' : 'dml';
  process.env.PALIMPSEST_DEVICE = absent;
  try {
    const words = ['--from', 'a dog', '--to', 'a tiger', '--out', at('out.png'), '--json'];
    const { status, stdout } = await inProcess(cache, 'edit', picture, '--model', MODEL, ...words);
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.message).toContain(`has no ${absent}`);
  } finally {
    delete process.env.PALIMPSEST_DEVICE;
  }
});
