/** Errors of a whole daemon, over its socket: a client gets code, sentence and facts, and learns of no folder. */

import { cpSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MODEL } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';
import { RawClient } from './harness.ts';

/** With a blank, at which a path is easily taken for two words. */
const root = realpathSync(mkdtempSync(join(tmpdir(), 'palimpsest-error facts-')));
const models = join(root, 'my models');

/** A copy of the golden model with another value in its UNet's config. */
function withUNet(name: string, change: object): void {
  cpSync(MODEL, join(models, name), { recursive: true });
  const path = join(models, name, 'unet/config.json');
  const config: object = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...config, ...change }));
}

let daemon: StartedDaemon;
let client: RawClient;
const heard: string[] = [];
beforeAll(async () => {
  withUNet('misfit', { block_out_channels: [16, 32, 48, 64] });
  withUNet('other', { addition_embed_type: 'text_time' });
  withUNet('wordless', {});
  rmSync(join(models, 'wordless/tokenizer/vocab.json'));
  daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: models }, join(root, 'my daemon'));
  client = await RawClient.greet({ url: `ws://127.0.0.1:${daemon.port}/rpc`, token: daemon.token });
  client.socket.on('message', (data: Buffer) => heard.push(data.toString()));
});
afterAll(async () => {
  // Whatever it was that was asked for.
  expect(heard.join()).not.toMatch(/my models|my daemon|error facts/);
  client.socket.terminate();
  await daemon.stop();
  rmSync(root, { recursive: true, force: true });
});

const misfit = {
  file: 'diffusion_pytorch_model.safetensors',
  weight: expect.stringContaining('.weight'),
  type: 'F32',
  found: expect.stringMatching(/^\d+(,\d+)*$/),
  wanted: expect.stringMatching(/^\d+(,\d+)*$/),
};
const sentence = /^diffusion_pytorch_model\.safetensors: \S+ is F32 \[[\d,]+\], but the config asks for/;

describe('an error of the engine', () => {
  it('is answered with its facts', async () => {
    const { error } = await client.call('models.load', { model: 'wordless' });
    expect(error).toEqual({
      code: 1000,
      message: expect.stringMatching(/^Cannot open vocab\.json\. Check that the model folder is complete/),
      data: { code: 'MODEL_FOLDER_INVALID', facts: { file: 'vocab.json' } },
    });
  });

  it('is told of a job with its facts, and kept with its place', async () => {
    const { result } = await client.call('generate', { model: 'misfit', prompt: 'a dog' });
    const { id } = (result as unknown as { job: { id: string } }).job;
    const job = async () =>
      ((await client.call('jobs.get', { id })).result as unknown as { job: Record<string, unknown> }).job;
    await expect.poll(async () => (await job()).state, { timeout: 60_000 }).toBe('failed');
    const told = { code: 'WEIGHT_INVALID', message: expect.stringMatching(sentence), facts: misfit };
    expect((await job()).error).toEqual(told);

    const journal = join(root, 'my daemon/cache/jobs');
    await expect
      .poll(() => readdirSync(journal).map((name) => JSON.parse(readFileSync(join(journal, name), 'utf8'))))
      .toMatchObject([
        {
          record: {
            state: 'failed',
            error: {
              code: 'WEIGHT_INVALID',
              sentence: { facts: { file: { place: join(models, 'misfit/unet', misfit.file) } } },
            },
          },
        },
      ]);
  });
});

it('a model that cannot be used is refused with the facts of the reason', async () => {
  const { error } = await client.call('generate', { model: 'other', prompt: 'a dog' });
  expect(error).toMatchObject({
    message: expect.stringMatching(
      /^"other" cannot be used: config\.json: addition_embed_type is "text_time"/,
    ),
    data: {
      code: 'MODEL_UNKNOWN',
      facts: { name: 'other', file: 'config.json', key: 'addition_embed_type', value: '"text_time"' },
    },
  });
});
