/** @file status and models. */

import { freemem } from 'node:os';
import type { ModelInfo } from '@palimpsest/protocol';
import type { ModelPlace } from '../../catalog/modelRegistry.ts';
import { clientOf } from '../caller.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';

export function modelHandlers({
  backend,
  turns,
  version,
  startedAt,
}: HandlerDependencies): Part<'status' | `models.${string}`> {
  const { engine, jobs, models } = backend;
  const infoOf = (name: string, { caution }: ModelPlace): ModelInfo => ({
    ...{ name, loaded: engine.status().models.includes(name) },
    ...(caution === undefined ? {} : { caution }),
  });
  const list = () => models.list().map(({ name, place }) => infoOf(name, place));
  return {
    status: () => {
      const { state, device, rssBytes } = engine.status();
      const count = (wanted: string) => jobs.list().filter((job) => job.state === wanted).length;
      return {
        version,
        uptimeSeconds: (Date.now() - startedAt) / 1000,
        engine: { state, device, rssBytes },
        models: list(),
        queue: { queued: count('queued'), running: count('running') },
        memory: { daemonBytes: process.memoryUsage.rss(), freeBytes: freemem() },
      };
    },
    'models.list': () => ({ models: list() }),
    'models.load': async ({ model }, caller) => {
      await turns.take(clientOf(caller).id, caller.gone, () => engine.load(model));
      return { model: infoOf(model, models.find(model)) };
    },
    'models.unload': async ({ model }, caller) => {
      await turns.take(clientOf(caller).id, caller.gone, () => engine.unload(model));
      return { model: infoOf(model, models.find(model)) };
    },
  };
}
