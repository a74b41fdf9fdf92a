/** What clients of one daemon can learn of each other's pictures and inversions: nothing, and they can take nothing away. */

import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BlobHash, decodeFrame, encodeFrame, hashPicture } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { picture, RawClient, type TestServer, testServer } from './harness.ts';

interface Someone {
  readonly id: string;
  readonly client: RawClient;
}

let server: TestServer;
let anna: Someone;
let ben: Someone;
let owner: Someone;
beforeEach(async () => {
  server = await testServer();
  [anna, ben] = [await letIn('anna'), await letIn('ben')];
  owner = { id: 'owner', client: await RawClient.greet(server) };
});
afterEach(() => server.close());

async function letIn(name: string): Promise<Someone> {
  const { token, client } = await server.clients.grant(name, 'client');
  return { id: client.id, client: await RawClient.greet({ ...server, token }) };
}

const put = async ({ client }: Someone, bytes: Buffer): Promise<BlobHash> => {
  const { result } = await client.call('images.put', { data: bytes.toString('base64') });
  return (result as unknown as { image: BlobHash }).image;
};

const codeOf = async ({ client }: Someone, method: string, params: unknown): Promise<unknown> => {
  const { error } = await client.call(method, params);
  return error === undefined ? 'ok' : error.data?.code;
};

/** How many bytes of a picture the daemon says that it has, when it is to be sent. */
async function offer({ client }: Someone, bytes: Buffer<ArrayBuffer>): Promise<number> {
  const image = await hashPicture(bytes);
  client.socket.send(encodeFrame({ type: 'open', transfer: 7, total: bytes.length, image }));
  for (;;) {
    const message = await client.next();
    if (typeof message === 'string') continue;
    const frame = decodeFrame(new Uint8Array(message));
    if (frame.type !== 'ack') throw new Error(frame.type);
    if (frame.received < bytes.length)
      client.socket.send(encodeFrame({ type: 'fail', transfer: 7, error: { code: 1, message: '' } }));
    return frame.received;
  }
}

describe('the room for pictures', () => {
  it('is shared fairly: who sends all that fits pushes out its own, not another’s', async () => {
    const bytes = await Promise.all(Array.from({ length: 40 }, (_, i) => picture(16 + i, 16)));
    await server.close();
    server = await testServer({}, 0, undefined, { maxBytes: 10 * bytes.at(-1)!.length });
    [anna, ben] = [await letIn('anna'), await letIn('ben')];
    const annas = [];
    for (const each of bytes.slice(0, 4)) annas.push(await put(anna, each));
    const bens = [];
    for (const each of bytes.slice(4)) bens.push(await put(ben, each));
    for (const image of annas) expect(await codeOf(anna, 'images.get', { image })).toBe('ok');
    expect(await codeOf(ben, 'images.get', { image: bens[0]! })).toBe('IMAGE_UNKNOWN');
    expect(await codeOf(ben, 'images.get', { image: bens.at(-1)! })).toBe('ok');
  });
});

const ID = 'a'.repeat(64);

/** An inversion that a job of somebody has made, or has used. */
async function invert({ client }: Someone, image: BlobHash, { id = ID, reused = false } = {}): Promise<void> {
  const path = join(server.folder, 'inversions', `${id}.safetensors`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, 'numbers');
  const { result, error } = await client.call('inversions.create', { model: 'tiny', image, prompt: 'a cat' });
  if (error !== undefined) throw new Error(error.message);
  const { job } = result as unknown as { job: { id: string } };
  server.jobs.move(job.id, {
    state: 'done',
    finishedAt: 1,
    result: { inversion: id, canvas: { width: 64, height: 64 }, reused },
  });
}

const list = async ({ client }: Someone): Promise<string[]> => {
  const { result } = await client.call('inversions.list');
  return (result as unknown as { inversions: { id: string }[] }).inversions.map(({ id }) => id);
};

describe("another's picture", () => {
  it.each([
    ['images.get', (image: BlobHash) => ({ image })],
    ['inversions.create', (image: BlobHash) => ({ model: 'tiny', image, prompt: 'a cat' })],
    ['inversions.attention', (image: BlobHash) => ({ model: 'tiny', image, prompt: 'a cat' })],
    ['edits.create', (image: BlobHash) => ({ model: 'tiny', image, source: 'a cat', target: 'a dog' })],
  ])('is as unknown to %s as one that is not there', async (method, params) => {
    const image = await put(anna, await picture(16, 16));
    const unknown = (someone: Someone, hash: BlobHash) => codeOf(someone, method, params(hash));
    expect(await unknown(ben, `sha256:${'0'.repeat(64)}`)).toBe('IMAGE_UNKNOWN');
    expect(await unknown(ben, image)).toBe('IMAGE_UNKNOWN');
    expect([await unknown(anna, image), await unknown(owner, image)]).toEqual(['ok', 'ok']);
    // Whoever has the picture too gives it, and has it from then on.
    await put(ben, await picture(16, 16));
    expect(await unknown(ben, image)).toBe('ok');
  });

  it('is neither the mask of an edit, nor the style of a picture', async () => {
    const [own, image] = [await put(ben, await picture(17, 17)), await put(anna, await picture(16, 16))];
    const edit = { model: 'tiny', image: own, source: 'a cat', target: 'a dog', mask: image };
    expect(await codeOf(ben, 'edits.create', edit)).toBe('IMAGE_UNKNOWN');
    const style = { model: 'tiny', image: own, source: 'a cat', style: image, styleSource: 'a cat' };
    expect(await codeOf(ben, 'styles.create', style)).toBe('IMAGE_UNKNOWN');
  });

  it('has to be sent as if it were not there', async () => {
    const bytes = await picture(16, 16);
    await put(anna, bytes);
    expect(await offer(ben, bytes)).toBe(0);
    expect(await offer(anna, bytes)).toBe(bytes.length);
    expect(await offer(owner, bytes)).toBe(bytes.length);
  });

  it('that a job has made is the one of whoever submitted it', async () => {
    const { result } = await anna.client.call('generate', { model: 'tiny', prompt: 'a cat' });
    const image = await server.backend.blobs.put(await picture(16, 16));
    const { job } = result as unknown as { job: { id: string } };
    server.jobs.move(job.id, { state: 'done', finishedAt: 1, result: { image, width: 16, height: 16 } });
    const get = (someone: Someone) => codeOf(someone, 'images.get', { image });
    expect([await get(anna), await get(ben), await get(owner)]).toEqual(['ok', 'IMAGE_UNKNOWN', 'ok']);
  });

  it('of words is the one of whoever asked for them', async () => {
    const image = await put(anna, await picture(20, 20));
    const { result } = await anna.client.call('inversions.attention', {
      model: 'tiny',
      image,
      prompt: 'a dog',
    });
    const [word] = (result as unknown as { words: { image: BlobHash }[] }).words;
    expect(await codeOf(anna, 'images.get', { image: word!.image })).toBe('ok');
    expect(await codeOf(ben, 'images.get', { image: word!.image })).toBe('IMAGE_UNKNOWN');
  });
});

describe("another's inversion", () => {
  it('is not listed, not told of and not deleted', async () => {
    await invert(anna, await put(anna, await picture(16, 16)));
    expect([await list(anna), await list(ben), await list(owner)]).toEqual([[ID], [], [ID]]);
    const find = vi.spyOn(server.backend.inversions, 'find');
    expect(await codeOf(ben, 'inversions.get', { id: ID })).toBe('INVERSION_UNKNOWN');
    expect(find, 'no file is looked for').not.toHaveBeenCalled();
    expect(await codeOf(anna, 'inversions.get', { id: ID })).toBe('ok');
    expect((await ben.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: false });
    expect(await list(anna)).toEqual([ID]);
    expect((await anna.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: true });
    expect(await list(owner)).toEqual([]);
  });

  it('leaves nothing of a partial one to delete', async () => {
    const partial = join(server.folder, 'inversions', `${ID}.partial.safetensors`);
    mkdirSync(dirname(partial), { recursive: true });
    writeFileSync(partial, 'what was learned');
    expect((await ben.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: false });
    expect(existsSync(partial)).toBe(true);
  });

  it('that is used by both stays until both have deleted it', async () => {
    const image = await put(anna, await picture(16, 16));
    await put(ben, await picture(16, 16));
    await invert(anna, image);
    await invert(ben, image, { reused: true });
    expect((await anna.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: true });
    expect([await list(anna), await list(ben)]).toEqual([[], [ID]]);
    await ben.client.call('inversions.delete', { id: ID });
    expect(await list(owner)).toEqual([]);
  });

  it('that was there before any client used it is the owner’s', async () => {
    await invert(ben, await put(ben, await picture(16, 16)), { reused: true });
    expect((await ben.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: true });
    expect([await list(ben), await list(owner)]).toEqual([[], [ID]]);
    expect((await owner.client.call('inversions.delete', { id: ID })).result).toEqual({ deleted: true });
    expect(await list(owner)).toEqual([]);
  });
});
