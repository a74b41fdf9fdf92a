import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonClient } from '@palimpsest/protocol';
import { WebSocket } from 'ws';

// What goes wrong comes as a sentence for people.
process.on('uncaughtException', ({ message }) => {
  console.error(message);
  process.exit(1);
});

const [folder, picture, out] = process.argv.slice(2) as [string, string, string];
const kept = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
const { port } = JSON.parse(kept('daemon.json')).daemon;
const daemon = await DaemonClient.connect({
  urls: [`ws://127.0.0.1:${port}/rpc`],
  token: kept('token'),
  webSocket: WebSocket,
});
const { models } = await daemon.call('models.list', {});
const image = await daemon.putImage(new Uint8Array(readFileSync(picture)));

const job = await daemon.submit('edits.create', {
  model: models[0]!.name,
  image,
  source: 'a striped red ball on a meadow',
  target: 'a striped red star on a meadow',
  inversion: { mode: 'instant' },
  edit: { weights: [{ word: 'star', weight: 1.5 }] },
});
for await (const event of job) {
  if (event.type === 'progress') console.log(event.progress.stage, event.progress.step, event.progress.total);
}
const result = await job.finished();
writeFileSync(out, await daemon.getImage(result.image));
daemon.close();
