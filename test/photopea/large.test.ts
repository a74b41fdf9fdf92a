/** A document of 8,000 pixels, edited by a real daemon, which takes 25 megapixels. */

import { DaemonClient, EditOptions, InversionOptions } from '@palimpsest/protocol';
import { keepEdits, makeEdit, type Pixels } from '@palimpsest/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { openPhotopea } from './fake/hands.ts';
import { type Box, Uniform, words } from './fake/pixels.ts';
import { render } from './fake/render.ts';
import { forever } from './scene.ts';

const SIDE = 8000;
const PHOTO = { x: 150, y: 420, width: 6200, height: 5000 } as const;
/** Of the selection: a disc with a soft edge, partly beyond the photo. */
const DISC = { x: 700, y: 900, radius: 620, softness: 80 } as const;
const MINUTES = 60_000;

let daemon: StartedDaemon;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
});
afterAll(async () => {
  await daemon.stop();
});

/** Fields of many colours, each of 40 pixels. */
function fields(width: number, height: number): Pixels {
  const rgba = new Uint8ClampedArray(width * height * 4);
  const pixels = words(rgba);
  for (let y = 0; y < height; y++) {
    const above = (y - (y % 40)) * width;
    if (y % 40 > 0) pixels.copyWithin(y * width, above, above + width);
    else
      for (let x = 0; x < width; x++) pixels[y * width + x] = 0xff000000 | ((x / 40) * 77) | ((y * 5) << 8);
  }
  return { width, height, rgba };
}

function disc(): Uint8ClampedArray<ArrayBuffer> {
  const levels = new Uint8ClampedArray(SIDE * SIDE);
  for (let y = DISC.y - DISC.radius; y < DISC.y + DISC.radius; y++) {
    for (let x = DISC.x - DISC.radius; x < DISC.x + DISC.radius; x++) {
      const depth = (DISC.radius - Math.hypot(x - DISC.x, y - DISC.y)) / DISC.softness;
      levels[y * SIDE + x] = Math.round(255 * Math.min(1, Math.max(0, depth)));
    }
  }
  return levels;
}

it(
  'is edited smaller, and the result lies over its layer at its own size, and nothing changes outside of the selection',
  async () => {
    const canvas = { width: SIDE, height: SIDE };
    const timings = {
      script: 3 * MINUTES,
      greeting: MINUTES,
      greetings: 3,
      lateFile: MINUTES,
      open: MINUTES,
      look: 20,
    };
    const { host, hands, document, photopea, close } = await openPhotopea({}, canvas, timings);
    await hands.addLayer('paper', new Uniform(SIDE, SIDE, [230, 225, 215, 255]), { x: 0, y: 0 });
    const id = await hands.addLayer('photo', fields(PHOTO.width, PHOTO.height), PHOTO);
    const selection = disc();
    document.change(() => {
      document.selection = selection;
    });
    const { steps } = document;
    const before = band(0, 1700);

    const client = await DaemonClient.connect({
      urls: [`ws://127.0.0.1:${daemon.port}/rpc`],
      token: daemon.token,
      webSocket: WebSocket,
    });
    const order = {
      ...{ model: 'modelA', source: 'a yellow cat', target: 'a yellow dog', masking: 'selection' as const },
      inversion: InversionOptions.parse({ steps: 2, mode: 'instant' }),
      edit: EditOptions.parse({ context: 0.5 }),
    };
    const finished = await makeEdit({ host, client }, (await host.find(id))!, order, { signal: forever() });
    expect(finished.width * finished.height).toBeLessThanOrEqual(25_000_000);
    expect(finished.width * finished.height).toBeGreaterThan(24_900_000);
    const [placed] = await keepEdits(host, [finished]);
    client.close();
    await close();

    const made = hands.layer(placed!.id);
    expect(document.all().map(({ name }) => name)).toEqual(['a yellow cat → a yellow dog', 'photo', 'paper']);
    expect(made).toMatchObject({ x: PHOTO.x, y: PHOTO.y });
    expect(made.pixels).toMatchObject({ width: PHOTO.width, height: PHOTO.height });
    expect(document.steps).toBe(steps + 1);
    expect(photopea.documents).toEqual([document]);
    expect(document.selection).toBe(selection);

    let [changed, outside, maskOff] = [0, 0, 0];
    const after = band(0, 1700);
    for (let i = 0; i < after.length; i++) {
      const level = selection[i]!;
      if (after[i] !== before[i]) {
        if (level === 0) outside++;
        else changed++;
      }
      const [x, y] = [i % SIDE, Math.floor(i / SIDE)];
      const over = x >= PHOTO.x && y >= PHOTO.y && x < PHOTO.x + PHOTO.width && y < PHOTO.y + PHOTO.height;
      if (made.mask![i] !== (over ? level : 0)) maskOff++;
    }
    expect({ outside, maskOff }).toEqual({ outside: 0, maskOff: 0 });
    expect(changed).toBeGreaterThan(500_000);
    // Below the disc there is nothing to see, pixel by pixel or otherwise: its mask hides all of the result.
    expect(made.mask!.subarray(1700 * SIDE).some((level) => level > 0)).toBe(false);

    function band(top: number, bottom: number): Uint32Array {
      const area: Box = [0, top, SIDE, bottom];
      return words(render(document, area).rgba);
    }
  },
  10 * MINUTES,
);
