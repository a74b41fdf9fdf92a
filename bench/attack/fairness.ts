/** @file One client that asks for everything, and another that wants one quick thing. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodeFrame } from '@palimpsest/protocol';
import { letIn } from '../../test/server/crowd.ts';
import type { StartedDaemon } from '../../test/server/daemon.ts';
import { noise, packedTexts } from './pictures.ts';
import { greetedSocket, honestClient, send, sleep, timed } from './target.ts';

const PICTURE = new Uint8Array(readFileSync(join(import.meta.dirname, '../../test/golden/A/image512.png')));
const words = { model: 'modelA', source: 'a dog on a carpet' };
const inversion = { method: 'ddim' as const, steps: 3 };

/** Attention maps as notifications, 80 a second for five seconds, against an edit. */
export async function attackWork(daemon: StartedDaemon): Promise<string[]> {
  const token = await letIn(daemon, 'greedy');
  const honest = await honestClient(daemon);
  const image = await honest.putImage(PICTURE);
  const edit = () =>
    timed(async () =>
      (
        await honest.submit('edits.create', { ...words, image, target: 'a cat on a carpet', inversion })
      ).finished(),
    );
  await edit();
  const alone = await edit();
  const flood = await greetedSocket(daemon, token);
  const params = { model: words.model, image, prompt: words.source, options: inversion };
  const timer = setInterval(() => {
    if (flood.readyState === flood.OPEN) send(flood, 'inversions.attention', params);
  }, 12);
  await sleep(5000);
  const beside = await edit();
  clearInterval(timer);
  flood.terminate();
  honest.close();
  return [`an edit alone ${ms(alone)}, beside 80 attention maps a second ${ms(beside)}`];
}

/** Pictures that are sent a byte at a time, against one that is sent at once. */
export async function attackTransfers(daemon: StartedDaemon): Promise<string[]> {
  const token = await letIn(daemon, 'slow');
  const sockets = await Promise.all(Array.from({ length: 4 }, () => greetedSocket(daemon, token)));
  const total = 64 * 2 ** 20;
  const image = `sha256:${'ab'.repeat(32)}`;
  for (const socket of sockets) socket.send(encodeFrame({ type: 'open', transfer: 1, total, image }));
  let offset = 0;
  const drip = setInterval(() => {
    for (const socket of sockets) {
      socket.send(encodeFrame({ type: 'chunk', transfer: 1, offset, bytes: new Uint8Array(1) }));
    }
    offset++;
  }, 5000);
  await sleep(500);
  const honest = await honestClient(daemon);
  const picture = await noise(1000);
  const sent = await timed(() => honest.putImage(picture));
  clearInterval(drip);
  for (const socket of sockets) socket.terminate();
  honest.close();
  return [`a picture beside 4 slow ones of 64 MiB: ${sent === null ? 'refused' : ms(sent)}`];
}

/** As many beginnings of transfers as fit into five seconds, against a question. */
export async function attackFrames(daemon: StartedDaemon): Promise<string[]> {
  const token = await letIn(daemon, 'frames');
  const flood = await greetedSocket(daemon, token);
  let answered = 0;
  flood.on('message', () => answered++);
  const frame = encodeFrame({ type: 'open', transfer: 1, total: 0, image: `sha256:${'ab'.repeat(32)}` });
  const honest = await honestClient(daemon);
  const alone = await timed(() => honest.call('models.list', {}));
  const end = Date.now() + 5000;
  let slowest = 0;
  let sent = 0;
  while (Date.now() < end && sent < 200_000 && flood.readyState === flood.OPEN) {
    for (let i = 0; i < 2000 && flood.readyState === flood.OPEN; i++, sent++) flood.send(frame);
    slowest = Math.max(
      slowest,
      (await timed(() => honest.call('models.list', {}))) ?? Number.POSITIVE_INFINITY,
    );
  }
  const closed = flood.readyState !== flood.OPEN;
  flood.terminate();
  honest.close();
  return [
    `${sent} empty transfers of one client: ${answered} answered, ${closed ? 'then closed' : 'never closed'}; a question beside them ${ms(slowest)}, alone ${ms(alone)}`,
  ];
}

/** Pictures with packed texts, against one without. */
export async function attackHeaders(daemon: StartedDaemon): Promise<string[]> {
  const greedy = await honestClient(daemon, await letIn(daemon, 'texts'));
  const honest = await honestClient(daemon);
  const files = Array.from({ length: 60 }, (_, i) => packedTexts(i));
  const others = await Promise.all([noise(300), noise(300)]);
  const alone = await timed(() => honest.putImage(others[0]!));
  const all = timed(() => Promise.all(files.map((file) => greedy.putImage(file).catch(() => null))));
  await sleep(200);
  const beside = await timed(() => honest.putImage(others[1]!));
  const whole = await all;
  greedy.close();
  honest.close();
  return [
    `60 PNGs of ${Math.round(files[0]!.length / 1000)} kB with packed texts: ${ms(whole)}; a picture beside them ${ms(beside)}, alone ${ms(alone)}`,
  ];
}

const ms = (time: number | null): string => (time === null ? 'fails' : `${time.toFixed(0)} ms`);
