/** The host with a real daemon, without a browser: the style of one layer on another; and the command that opens it all. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DaemonClient } from '@palimpsest/protocol';
import { decodePng } from '@palimpsest/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { palimpsest } from '../cli/palimpsest.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { openPhotopea } from './fake/hands.ts';
import { colourful, forever, resultOf } from './scene.ts';

const cache = mkdtempSync(join(tmpdir(), 'palimpsest-photopea-'));
let daemon: StartedDaemon;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
});
afterAll(async () => {
  await daemon.stop();
  rmSync(cache, { recursive: true, force: true });
});

describe('two layers', () => {
  it('lend each other their style', async () => {
    const { host, hands, document } = await openPhotopea();
    const styleId = await hands.addLayer('style', colourful(40, 40, 5), { x: 0, y: 0 });
    const contentId = await hands.addLayer('content', colourful(64, 48, 9), { x: 11, y: 13 });
    await hands.select([contentId, styleId]);
    const [content, style] = await host.selection();
    const exported = await host.exportPixels(content!.id, 1, forever());
    const styled = await host.exportPixels(style!.id, 1, forever());

    const client = await DaemonClient.connect({
      urls: [`ws://127.0.0.1:${daemon.port}/rpc`],
      token: daemon.token,
      webSocket: WebSocket,
    });
    const job = await client.submit('styles.create', {
      ...{ model: 'modelA', image: await client.putImage(exported.png), source: 'a dog' },
      ...{ style: await client.putImage(styled.png), styleSource: 'a painting' },
      inversion: { steps: 2, innerSteps: 2 },
    });
    const { image } = await job.finished();
    const made = await decodePng(await client.getImage(image!));
    client.close();

    const placed = await host.place(
      await resultOf(content!, exported.png, made, { name: 'a dog as a painting' }),
    );
    expect(made).toMatchObject({ width: 64, height: 48 });
    expect(document.all().map(({ name }) => name)).toEqual(['a dog as a painting', 'content', 'style']);
    expect(hands.layer(placed.id)).toMatchObject({ x: 11, y: 13, pixels: made });
  });
});

describe('palimpsest photopea', () => {
  async function run(config: string | undefined, ...args: string[]) {
    const before = { ...process.env };
    process.env.PALIMPSEST_CONFIG = config;
    try {
      return await palimpsest(cache, 'photopea', ...args);
    } finally {
      process.env = before;
    }
  }

  it('prints the links of the running daemon', async () => {
    const { status, stdout } = await run(daemon.env.PALIMPSEST_CONFIG, '--no-open');
    expect(status).toBe(0);
    expect(stdout).toContain(`beside the panel: http://127.0.0.1:${daemon.port}/photopea/beside\n`);
    const link = new URL(/https:\S+/.exec(stdout)![0]);
    expect(decodeURIComponent(link.hash)).toContain(`http://localhost:${daemon.port}/photopea/`);
  });

  it('says how to start the daemon where none is running', async () => {
    const { status, stderr } = await run(join(cache, 'config'), '--no-open');
    expect(status).toBe(1);
    expect(stderr).toContain('npm start');
  });
});
