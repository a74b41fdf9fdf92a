/** @file A network loaded into ONNX Runtime: the only file that hands it graphs and numbers. */

import { availableParallelism } from 'node:os';
import { foreign, ours, PalimpsestError, sentence } from '@palimpsest/protocol';
import { elementCount, type Tensor } from '../tensor/tensor.ts';
import type { Device } from './deviceNames.ts';
import { providersFor } from './devices.ts';
import { type InferenceSession, ort, type RuntimeTensor } from './onnxRuntime.ts';

/** Token ids, which are int64 on the wire. */
export interface IdTensor {
  readonly shape: readonly number[];
  readonly ids: readonly number[];
}

export type Feeds = Readonly<Record<string, Tensor | IdTensor>>;
export type Results = Readonly<Record<string, Tensor>>;

/** What matters for speed and memory; the defaults are the measured best (docs/performance.md). */
export interface SessionOptions {
  /** All that the processor has; 0 leaves the number to the runtime, which counts cores, and in virtual machines wrongly. */
  readonly threads?: number;
  readonly optimization?: 'disabled' | 'basic' | 'extended' | 'all';
  /** Repacks weights for speed, which copies all of them into memory. */
  readonly prepacking?: boolean;
  /** Where it runs; the processor unless chosen otherwise. */
  readonly device?: Device;
  /** Refuses to load a network of which a part would run on the processor after all. */
  readonly wholly?: boolean;
  /** Computes what depends on weights alone once, at loading, and keeps it: weights stored as fp16 so become fp32. */
  readonly folding?: boolean;
  /** Lets threads that wait for work burn the processor instead of sleeping. */
  readonly spinning?: boolean;
}

/** A loaded network. Runs block the thread: a run cannot be interrupted, only the work between runs can. */
export class Session {
  private readonly session: InferenceSession;
  private readonly device: Device;

  private constructor(session: InferenceSession, device: Device) {
    this.session = session;
    this.device = device;
  }

  /**
   * Loads a model whose external data, if any, lies in `weightsFolder`.
   *
   * @throws {PalimpsestError} ENGINE_FAILED when the runtime refuses the model.
   */
  static async load(
    model: Uint8Array,
    weightsFolder: string | null,
    options: SessionOptions = {},
  ): Promise<Session> {
    const { threads = availableParallelism(), optimization = 'extended', prepacking = false } = options;
    const { device = 'cpu', wholly = false, folding = true, spinning = false } = options;
    const folder =
      weightsFolder === null ? {} : { model_external_initializers_file_folder_path: weightsFolder };
    try {
      const session = await ort.InferenceSession.create(model, {
        executionProviders: providersFor(device),
        graphOptimizationLevel: optimization,
        // Measured: with the pattern on, memory grows by half from the first run to the second.
        enableMemPattern: false,
        // 3 is errors only: the runtime writes to stderr by itself.
        logSeverityLevel: 3,
        intraOpNumThreads: threads,
        extra: {
          // Without the second, casts that the backward pass repeats would be merged with the first, and kept until then.
          ...(folding
            ? {}
            : {
                optimization: {
                  disable_specified_optimizers: 'ConstantFolding;CommonSubexpressionElimination',
                },
              }),
          session: {
            disable_prepacking: prepacking ? '0' : '1',
            ...(wholly ? { disable_cpu_ep_fallback: '1' } : {}),
            // Measured: on a processor that others use too, a spinning thread keeps the one it waits for from running.
            intra_op: { allow_spinning: spinning ? '1' : '0' },
            ...folder,
          },
        },
      });
      return new Session(session, device);
    } catch (cause) {
      throw engineFailed('load a network', device, cause);
    }
  }

  /**
   * Runs the network once.
   *
   * @throws {PalimpsestError} ENGINE_FAILED when the runtime fails, for example for lack of memory.
   */
  async run(feeds: Feeds): Promise<Results> {
    try {
      const inputs = Object.fromEntries(
        this.session.inputNames.map((name) => [name, toRuntime(name, feeds[name])]),
      );
      const outputs = await this.session.run(inputs);
      return Object.fromEntries(
        Object.entries(outputs).map(([name, value]) => [name, toTensor(name, value)]),
      );
    } catch (cause) {
      throw engineFailed('run a network', this.device, cause);
    }
  }

  /** Gives the network's memory back. */
  async dispose(): Promise<void> {
    await this.session.release();
  }
}

/** A network to run: a loaded one, or a stand-in. */
export type RunnableNetwork = Pick<Session, 'run' | 'dispose'>;

function toRuntime(name: string, feed: Tensor | IdTensor | undefined): RuntimeTensor {
  if (feed === undefined) throw new Error(`the input ${name} was not given`);
  if ('ids' in feed) return new ort.Tensor('int64', BigInt64Array.from(feed.ids, BigInt), feed.shape);
  return new ort.Tensor('float32', feed.data, feed.shape);
}

function toTensor(name: string, value: RuntimeTensor): Tensor {
  const { data, dims } = value;
  if (!(data instanceof Float32Array) || data.length !== elementCount(dims)) {
    throw new Error(`the output ${name} is not float32`);
  }
  return { shape: dims, data };
}

function engineFailed(action: string, device: Device, cause: unknown): PalimpsestError {
  const reason = (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
  const where = device === 'cpu' ? '' : sentence` on ${{ device }}`;
  const otherwise =
    device === 'cpu'
      ? ''
      : sentence` "palimpsest doctor" tries the devices; --device cpu works without them, and --precision fp32 on cards that cannot compute in fp16.`;
  return new PalimpsestError(
    'ENGINE_FAILED',
    sentence`The runtime could not ${{ action: ours(action) }}${{ where }}: ${{ reason: foreign(reason) }}. If memory is short, close other programs or choose a smaller size.${{ otherwise }}`,
    { cause },
  );
}
