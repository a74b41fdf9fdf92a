/** What a disk has lost is noticed and made again: the same picture comes out, and the log says why it took longer. */

import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonClient } from '@palimpsest/protocol';
import { afterEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { GOLDEN } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

let daemon: StartedDaemon;
afterEach(async () => {
  await daemon.kill();
  rmSync(daemon.folder, { recursive: true, force: true });
});

async function edit() {
  const urls = [`ws://127.0.0.1:${daemon.port}/rpc`];
  const client = await DaemonClient.connect({ urls, token: daemon.token, webSocket: WebSocket });
  const job = await client.submit('edits.create', {
    model: 'modelA',
    image: await client.putImage(readFileSync(join(GOLDEN, 'image.png'))),
    source: 'a dog on a carpet',
    target: 'a tiger on a carpet',
    inversion: { steps: 2, innerSteps: 1, attentionLoss: false },
  });
  const result = await job.finished();
  client.close();
  return result;
}

/** Zeroes the second half of every file of a folder. */
function damage(folder: string): void {
  for (const { name } of readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile())) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, name), bytes.fill(0, bytes.length >> 1));
  }
}

it('gives the same picture after graphs and inversions were damaged', async () => {
  daemon = await startDaemon(somePort());
  const { image, inversion } = await edit();
  expect(await edit()).toMatchObject({ image, inversion, reused: true });
  await daemon.kill();
  for (const store of ['graphs', 'inversions']) damage(join(daemon.folder, 'cache', store));
  daemon = await startDaemon(somePort(), {}, daemon.folder);
  expect(await edit()).toMatchObject({ image, inversion, reused: false });
  expect(daemon.output()).toMatch(/graph .* is damaged.*built anew/);
  expect(daemon.output()).toMatch(/inversion .* is damaged.*inverted anew/);
});
