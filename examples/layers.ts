/**
 * An edit as a plugin makes it: a layer of a document goes to the daemon, and the result comes back above it. The document
 * is one in memory; put the host of your editor in its place.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DaemonClient, EditOptions, InversionOptions } from '@palimpsest/protocol';
import { decodePng, type EditOrder, keepEdits, makeEdit } from '@palimpsest/sdk';
import { MemoryEditor, MemoryHost } from '@palimpsest/sdk/memory';
import { WebSocket } from 'ws';

// What goes wrong comes as a sentence for people.
process.on('uncaughtException', ({ message }) => {
  console.error(message);
  process.exit(1);
});

const [folder, picture] = process.argv.slice(2) as [string, string];
const kept = (name: string) => readFileSync(join(folder, name), 'utf8').trim();
const { port } = JSON.parse(kept('daemon.json')).daemon;
const client = await DaemonClient.connect({
  urls: [`ws://127.0.0.1:${port}/rpc`],
  token: kept('token'),
  webSocket: WebSocket,
});
const { models } = await client.call('models.list', {});

const editor = new MemoryEditor();
const host = new MemoryHost(editor);
const pixels = await decodePng(new Uint8Array(readFileSync(picture)));
await editor.select([await editor.addLayer('Ball', pixels, { x: 0, y: 0 })]);

const [layer] = await host.selection();
const order: EditOrder = {
  model: models[0]!.name,
  source: 'a striped red ball on a meadow',
  target: 'a striped red star on a meadow',
  inversion: InversionOptions.parse({ mode: 'instant' }),
  edit: EditOptions.parse({}),
  masking: 'none',
};
const finished = await makeEdit({ host, client }, layer!, order, {
  signal: AbortSignal.timeout(600_000),
  onStage: (stage) => console.log(stage.name),
});
await keepEdits(host, [finished]);
for (const { name, width, height } of await editor.look()) console.log(`${name}: ${width} x ${height}`);
client.close();
