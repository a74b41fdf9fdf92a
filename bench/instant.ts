/**
 * @file From the click to the placed layer: the first, quick edit of a picture as the panel orders it, on the demo model,
 * over the plugins' own flow and a real daemon. The editor is the one in memory, so what an editor takes to export and to
 * place is not in it.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonClient } from '@palimpsest/protocol';
import { decodePng, type EditOrder, keepEdits, makeEdit, type Pixels } from '@palimpsest/sdk';
import { memoryHost } from '@palimpsest/sdk/memory';
import { WebSocket } from 'ws';
import { demoModelFolder } from '../daemon/src/settings/paths.ts';
import { DEFAULT_EDIT, DEFAULT_INVERSION } from '../plugins/panel/src/model/controls.ts';
import { somePort, startDaemon } from '../test/server/daemon.ts';

/** The pictures and words of the daemon's page. */
const EXAMPLES = join(import.meta.dirname, '../plugins/page/src/examples');
const WORDS = JSON.parse(readFileSync(join(EXAMPLES, 'words.json'), 'utf8')) as readonly {
  readonly file: string;
  readonly source: string;
  readonly target: string;
}[];
/** Layers as small as the model works on, and as large as in a design. */
const SCALES = [1, 8];

export interface InstantEdit {
  readonly what: string;
  /** The side of the layer, in pixels. */
  readonly side: number;
  readonly seconds: number;
}

/** The first edit of each picture; the very first of each size finds a daemon that has loaded nothing. */
export async function* instantEdits(): AsyncGenerator<InstantEdit> {
  for (const scale of SCALES) {
    const daemon = await startDaemon(somePort(), { PALIMPSEST_MODELS: demoModelFolder() });
    const client = await DaemonClient.connect({
      urls: [`ws://127.0.0.1:${daemon.port}/rpc`],
      token: daemon.token,
      webSocket: WebSocket,
    });
    try {
      const { models } = await client.call('models.list', {});
      const model = models[0]!.name;
      for (const [i, { file, source, target }] of WORDS.entries()) {
        const pixels = enlarged(await decodePng(new Uint8Array(readFileSync(join(EXAMPLES, file)))), scale);
        const what = i === 0 ? 'the first edit of a new daemon' : 'the first edit of a picture';
        yield { what, side: pixels.width, seconds: await place(client, pixels, { model, source, target }) };
      }
    } finally {
      client.close();
      await daemon.stop();
    }
  }
}

/** Seconds until the result is a layer. */
async function place(
  client: DaemonClient,
  pixels: Pixels,
  words: Pick<EditOrder, 'model' | 'source' | 'target'>,
): Promise<number> {
  const { host, hands } = await memoryHost();
  const id = await hands.addLayer('picture', pixels, { x: 0, y: 0 });
  const order = { ...words, inversion: DEFAULT_INVERSION, edit: DEFAULT_EDIT, masking: 'none' } as const;
  const clicked = performance.now();
  const finished = await makeEdit({ host, client }, { id }, order, { signal: new AbortController().signal });
  await keepEdits(host, [finished]);
  return (performance.now() - clicked) / 1000;
}

/** Every pixel `scale` times as wide and as high. */
function enlarged({ width, height, rgba }: Pixels, scale: number): Pixels {
  const size = { width: width * scale, height: height * scale };
  const large = new Uint8ClampedArray(4 * size.width * size.height);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const from = 4 * (Math.floor(y / scale) * width + Math.floor(x / scale));
      large.set(rgba.subarray(from, from + 4), 4 * (y * size.width + x));
    }
  }
  return { ...size, rgba: large };
}
