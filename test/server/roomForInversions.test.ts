/** A daemon keeps its inversions small after each job, and those of nobody make room for its client's. */

import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonClient } from '@palimpsest/protocol';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GOLDEN } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

/** Files without content: they take no room on the disk. */
const COUNT = 17;
const BYTES = 100 * 2 ** 20;

let daemon: StartedDaemon;
afterEach(async () => {
  await daemon.kill();
  rmSync(daemon.folder, { recursive: true, force: true });
});

it('removes nobody’s, not the one that was just made', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-daemon-'));
  const inversions = join(folder, 'cache', 'inversions');
  mkdirSync(inversions, { recursive: true, mode: 0o700 });
  for (let n = 0; n < COUNT; n++) {
    const path = join(inversions, `${n.toString(16).padStart(64, '0')}.safetensors`);
    writeFileSync(path, '', { mode: 0o600 });
    truncateSync(path, BYTES);
  }
  daemon = await startDaemon(somePort(), {}, folder);
  const urls = [`ws://127.0.0.1:${daemon.port}/rpc`];
  const client = await DaemonClient.connect({ urls, token: daemon.token, webSocket: WebSocket });
  const job = await client.submit('inversions.create', {
    model: 'modelA',
    image: await client.putImage(readFileSync(join(GOLDEN, 'image.png'))),
    prompt: 'a dog on a carpet',
    options: { method: 'ddim', steps: 2 },
  });
  const { inversion } = await job.finished();
  client.close();
  // 15 of 100 MiB have room in 1.5 GiB, beside the new one.
  await expect.poll(() => readdirSync(inversions).length).toBe(16);
  expect(readdirSync(inversions)).toContain(`${inversion}.safetensors`);
});
