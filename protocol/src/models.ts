/** @file The models that are installed, and how the daemon is doing. */

import * as z from 'zod/mini';
import { ModelName } from './kinds/parts.ts';
import { method } from './method.ts';

const bytes = (description: string) => z.number().check(z.minimum(0), z.describe(`${description}, in bytes`));

export const ModelInfo = z.strictObject({
  name: ModelName,
  loaded: z.boolean().check(z.describe('whether it is in memory')),
  caution: z
    .optional(z.string())
    .check(
      z.describe('what it cannot do, for people to read before they use it; such models are listed last'),
    ),
});
export type ModelInfo = z.infer<typeof ModelInfo>;

export const EngineStatus = z.strictObject({
  state: z
    .string()
    .check(z.describe('of the engine process: such as stopped, starting, ready, busy or restarting')),
  device: z.string().check(z.describe('where the networks run, such as cpu or webgpu')),
  rssBytes: bytes('memory of the engine process; 0 when it is not running'),
});
export type EngineStatus = z.infer<typeof EngineStatus>;

export const modelMethods = {
  status: method({
    onlyReads: true,
    summary: 'How the daemon does: engine, models, queue, memory',
    access: 'client',
    params: z.strictObject({}),
    result: z.strictObject({
      version: z.string().check(z.describe('of the daemon')),
      uptimeSeconds: z.number().check(z.minimum(0)),
      engine: EngineStatus,
      models: z.array(ModelInfo),
      queue: z.strictObject({
        queued: z.int().check(z.minimum(0), z.describe('jobs that wait, of all clients')),
        running: z.int().check(z.minimum(0)),
      }),
      memory: z.strictObject({
        daemonBytes: bytes('of the daemon itself, without the engine'),
        freeBytes: bytes('free on this machine'),
      }),
    }),
    errors: [],
  }),
  'models.list': method({
    onlyReads: true,
    summary: 'The models that are installed, the one to take where nobody chooses first',
    access: 'client',
    params: z.strictObject({}),
    result: z.strictObject({ models: z.array(ModelInfo) }),
    errors: [],
  }),
  'models.load': method({
    summary: 'Load a model ahead of time; jobs load theirs by themselves',
    access: 'client',
    params: z.strictObject({ model: ModelName }),
    result: z.strictObject({ model: ModelInfo }),
    errors: [
      'MODEL_UNKNOWN',
      'MODEL_FOLDER_INVALID',
      'CONFIG_UNSUPPORTED',
      'WEIGHT_INVALID',
      'DISK_FULL',
      'WRITE_FAILED',
      'ENGINE_CRASHED',
    ],
  }),
  'models.unload': method({
    summary: 'Free the memory of a model',
    access: 'client',
    params: z.strictObject({ model: ModelName }),
    result: z.strictObject({ model: ModelInfo }),
    errors: ['MODEL_UNKNOWN'],
  }),
};
