/** The panel's model with a host in memory, connected to a daemon in which nothing happens. */

import type { DaemonClient, ModelInfo } from '@palimpsest/protocol';
import { readMemory } from '@palimpsest/sdk';
import { memoryHost } from '@palimpsest/sdk/memory';
import { vi } from 'vitest';
import { WebSocket } from 'ws';
import { PanelModel } from '../../plugins/panel/src/model/panelModel.ts';
import { grey } from './fakeDaemon.ts';

/** Longer than the panel waits for the selection to settle, shorter than a rest in typing. */
export const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

/** Two layers, A and B, of which A is selected. */
export async function openModel() {
  vi.stubGlobal('navigator', { userAgent: 'Electron/1', permissions: {} });
  vi.stubGlobal('location', { hostname: 'localhost' });
  const { host, hands } = await memoryHost();
  const a = await hands.addLayer('A', grey(), { x: 0, y: 0 });
  const b = await hands.addLayer('B', grey(), { x: 20, y: 0 });
  await hands.select([a]);
  const model = new PanelModel(host, { urls: ['ws://localhost:1/rpc'], webSocket: WebSocket });
  await vi.waitUntil(() => model.connection.state.value.name === 'notFound' && model.subjects.value[0]);
  const client = {
    ...{ closed: false, welcome: { capabilities: [] } },
    ...{ call: async () => ({}), putImage: () => new Promise(() => {}), on: () => () => {} },
  };
  model.connection.models.value = [{ name: 'tiny' } as ModelInfo];
  model.connection.state.value = { name: 'connected', client: client as unknown as DaemonClient };
  const kept = async (id: string) => readMemory(await host.recall(id)).draft;
  return { ...{ host, hands, model, a, b, kept }, close: () => model.close() };
}

export type OpenModel = Awaited<ReturnType<typeof openModel>>;
