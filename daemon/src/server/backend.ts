/** @file What the server needs of the rooms below; tests put others in their place. */

import type { ModelRegistry } from '../catalog/modelRegistry.ts';
import type { EngineSupervisor } from '../engine/supervisor.ts';
import type { JobQueue } from '../queue/jobQueue.ts';
import type { BlobStore } from '../store/blobStore.ts';
import type { InversionList } from '../store/inversionList.ts';
import type { Ownership } from '../store/ownership.ts';

export type Jobs = Pick<
  JobQueue,
  'submit' | 'get' | 'list' | 'cancel' | 'cancelAllOf' | 'wantPreview' | 'on'
>;

export type Blobs = Pick<BlobStore, 'put' | 'get' | 'open' | 'discard' | 'hold' | 'release' | 'size'>;

export interface Backend {
  readonly jobs: Jobs;
  readonly blobs: Blobs;
  readonly inversions: Pick<InversionList, 'list' | 'find' | 'delete'>;
  readonly ownership: Ownership;
  readonly engine: Pick<EngineSupervisor, 'status' | 'load' | 'unload' | 'attentionMaps'>;
  readonly models: Pick<ModelRegistry, 'list' | 'find'>;
}
