/** What is kept on this machine is the user's alone: also what earlier versions let others read. */

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { DaemonClient, InversionOptions, pair } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { palimpsest } from '../cli/palimpsest.ts';
import { GOLDEN, MODEL } from '../golden.ts';
import { somePort, startDaemon } from './daemon.ts';

const PICTURE = join(GOLDEN, 'image.png');
const OPTIONS = { steps: 2, innerSteps: 1, attentionLoss: false };

let folder: string;
let umask: number;
beforeEach(() => {
  // As most systems set it: others may read what does not say otherwise.
  umask = process.umask(0o022);
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-privacy-'));
});
afterEach(() => {
  process.umask(umask);
  rmSync(folder, { recursive: true, force: true });
});

/** What is in a folder, with those of its own folders, that others may use; links are nobody's. */
function openToOthers(root: string): string[] {
  const entries = readdirSync(root, { recursive: true, encoding: 'utf8' }).map((name) => join(root, name));
  const open = [root, ...entries].map((path) => ({ path, facts: lstatSync(path) }));
  return open
    .filter(({ facts }) => !facts.isSymbolicLink() && (facts.mode & 0o077) !== 0)
    .map(({ path, facts }) => `${relative(root, path)} ${(facts.mode & 0o777).toString(8)}`);
}

/** As earlier versions left it. */
function leave(path: string, content = 'old'): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o755 });
  writeFileSync(path, content, { mode: 0o644 });
}

/** A file in each place of the cache that has one. */
function leaveCache(cache: string): void {
  const id = 'a'.repeat(64);
  for (const name of [
    `blobs/${id}`,
    `inversions/${id}.safetensors`,
    `inversions/${'b'.repeat(64)}.partial.safetensors`,
    `jobs/${'0'.repeat(8)}-0000-4000-8000-${'0'.repeat(12)}.json`,
    `graphs/${id}.onnx`,
    `graphs/weights/${id}.safetensors`,
    `merged/${id}-unet.safetensors`,
  ])
    leave(join(cache, name));
}

describe.skipIf(process.platform === 'win32')('nothing is open to others', () => {
  it('of what the daemon keeps, and of what earlier ones kept', async () => {
    leaveCache(join(folder, 'cache'));
    leave(join(folder, 'config', 'clients.json'), '[]');
    const elsewhere = join(folder, 'elsewhere');
    leave(elsewhere);
    symlinkSync(elsewhere, join(folder, 'cache', 'blobs', 'c'.repeat(64)));
    const daemon = await startDaemon(somePort(), {}, folder);
    try {
      expect(openToOthers(join(folder, 'cache'))).toEqual([]);
      const urls = [`ws://127.0.0.1:${daemon.port}/rpc`];
      await pair({ urls, webSocket: WebSocket, name: 'A test' }, async () => {
        const shown = () => /"A test" wants to connect.*: {2}(\d{6})/.exec(daemon.output())?.[1];
        await vi.waitFor(() => expect(shown()).toBeDefined());
        return shown()!;
      });
      const client = await DaemonClient.connect({ urls, token: daemon.token, webSocket: WebSocket });
      const job = await client.submit('edits.create', {
        model: 'modelA',
        image: await client.putImage(readFileSync(PICTURE)),
        source: 'a dog on a carpet',
        target: 'a tiger on a carpet',
        inversion: InversionOptions.parse(OPTIONS),
      });
      expect(await job.finished()).toMatchObject({ reused: false });
      client.close();
      expect(readdirSync(join(folder, 'cache', 'inversions')).length).toBeGreaterThan(2);
      expect(openToOthers(join(folder, 'cache'))).toEqual([]);
      expect(openToOthers(join(folder, 'config'))).toEqual([]);
      expect(lstatSync(elsewhere).mode & 0o777).toBe(0o644);
    } finally {
      await daemon.kill();
    }
  });

  it('of what a command keeps by itself, and of what earlier ones kept', async () => {
    const cache = join(folder, 'cache');
    leaveCache(cache);
    const flags = ['--model', MODEL, '--steps', '2', '--inner-steps', '1', '--no-attention-loss'];
    const { status, stderr } = await palimpsest(
      cache,
      ...['invert', PICTURE, '--from', 'a dog on a carpet', '--no-daemon', ...flags],
    );
    expect(stderr).not.toContain('rror');
    expect(status).toBe(0);
    expect(openToOthers(cache)).toEqual([]);
  });

  it('but other things than ours are left as they are', async () => {
    const cache = join(folder, 'home');
    leaveCache(cache);
    leave(join(cache, 'letter.txt'));
    leave(join(cache, 'blobs', 'private', 'letter.txt'));
    chmodSync(cache, 0o755);
    const daemon = await startDaemon(somePort(), { PALIMPSEST_CACHE: cache }, folder);
    await daemon.kill();
    expect(openToOthers(cache).sort()).toEqual([
      ' 755',
      'blobs/private 755',
      'blobs/private/letter.txt 644',
      'letter.txt 644',
    ]);
  });
});
