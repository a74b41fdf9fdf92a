/** @file The one door to ONNX Runtime: it is told to keep quiet before it is loaded. */

import { createRequire } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import type * as Runtime from 'onnxruntime-node';

if (!isMainThread) {
  // There process.env is a copy, which the library doesn't see.
  throw new Error(
    'ONNX Runtime is loaded on the main thread only: elsewhere it could not be told to keep quiet',
  );
}
// Otherwise the library writes a device id and a queue of events to the user's cache, and sends them to its maker.
process.env.ORT_DISABLE_TELEMETRY = '1';

/** Not by an import, which a tool that sorts imports, or joins files, could run before the line above. */
export const ort = createRequire(import.meta.url)('onnxruntime-node') as typeof Runtime;

export type { InferenceSession, Tensor as RuntimeTensor } from 'onnxruntime-node';
