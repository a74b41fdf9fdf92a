/**
 * @file Keeps an engine process alive and gives it one task at a time.
 *
 * If the process dies (a crash, no memory left, killed), a new one takes over its task: an inversion continues from the
 * timestep that it had reached. A task that kills the process again and again without getting further fails, and the
 * next task gets a fresh process.
 */

import { totalmem } from 'node:os';
import {
  JobProgress,
  type JobRequest,
  type JobResult,
  type Kind,
  type Notice,
  PalimpsestError,
  sentence,
} from '@palimpsest/protocol';
import type { ModelRegistry } from '../catalog/modelRegistry.ts';
import type { Device } from '../execution/deviceNames.ts';
import { defaultBudget } from '../execution/memoryBudget.ts';
import { EngineExit, EngineProcess } from './engineProcess.ts';
import type {
  AttentionRequest,
  EngineSettings,
  Outcome,
  PlacedModel,
  Task,
  WordPicture,
} from './messages.ts';

export interface SupervisorOptions
  extends Pick<EngineSettings, 'graphs' | 'merged' | 'inversions' | 'blobs' | 'threads'>,
    Partial<Pick<EngineSettings, 'device' | 'precision' | 'maxModels' | 'maxModelBytes' | 'memoryBudget'>> {
  /** How long a cancelled task may go on until the process is killed, in ms. */
  readonly cancelGrace?: number;
  /** Ends of the process that a task may cause without getting further. */
  readonly maxCrashes?: number;
  /** Is told what belongs in the log; by default it is only printed. */
  readonly onLog?: (sentence: string) => void;
}

export interface RunOptions {
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: JobProgress, preview?: { readonly png: Uint8Array }) => void;
  /** A sentence for the person who asked; it comes again when the job is begun again. */
  readonly onNotice?: (notice: Notice) => void;
  /** Whether previews are wanted; asked again and again, so it may change while the job runs. */
  readonly preview?: () => boolean;
}

export interface EngineStatus {
  readonly state: 'stopped' | 'starting' | 'ready' | 'busy';
  /** null when there is no process. */
  readonly pid: number | null;
  /** Names of the loaded models, least recently used first. */
  readonly models: readonly string[];
  /** As last told by the process; 0 when there is none. */
  readonly rssBytes: number;
  readonly device: Device;
}

/** In the order in which a job goes through them. */
const STAGES = JobProgress.shape.stage.options;

const DEFAULTS = {
  maxModels: 2,
  cancelGrace: 1000,
  maxCrashes: 3,
  onLog: (sentence: string): void => console.error(sentence),
};

export class EngineSupervisor {
  private readonly settings: EngineSettings;
  private readonly cancelGrace: number;
  private readonly maxCrashes: number;
  private readonly onLog: (sentence: string) => void;
  private latest: EngineProcess | null = null;
  /** Settles when the last task that was given is over. */
  private lastTask: Promise<unknown> = Promise.resolve();
  /** Stops the task that is under way. */
  private current: AbortController | null = null;
  private closed = false;

  private readonly registry: ModelRegistry;

  constructor(
    registry: ModelRegistry,
    { cancelGrace, maxCrashes, onLog, threads, ...settings }: SupervisorOptions,
  ) {
    this.registry = registry;

    this.settings = {
      maxModels: DEFAULTS.maxModels,
      device: 'cpu',
      precision: 'fp32',
      // Weights are mapped files: the system can take their memory back, but reads them again at each evaluation.
      maxModelBytes: totalmem() / 2,
      memoryBudget: defaultBudget(settings.device ?? 'cpu'),
      ...settings,
      ...(threads === undefined ? {} : { threads }),
    };
    this.cancelGrace = cancelGrace ?? DEFAULTS.cancelGrace;
    this.maxCrashes = maxCrashes ?? DEFAULTS.maxCrashes;
    this.onLog = onLog ?? DEFAULTS.onLog;
  }

  /**
   * Does a job, after those that were given before.
   *
   * @throws {PalimpsestError} MODEL_UNKNOWN, IMAGE_UNKNOWN, CANCELLED, ENGINE_CRASHED, and as the jobs do.
   */
  async run<K extends Kind>(request: JobRequest<K>, options: RunOptions = {}): Promise<JobResult<K>> {
    const model = this.place(request.model);
    const preview = options.preview?.() ?? false;
    const outcome = await this.perform({ do: 'run', request, model, preview }, options);
    if (outcome.of !== 'run') throw unexpected(outcome);
    return outcome.result as JobResult<K>;
  }

  /**
   * Where each word of an inverted picture's prompt looks.
   *
   * @throws {PalimpsestError} INVERSION_UNKNOWN when the picture is not inverted with those words and options, and as
   *   `run`.
   */
  async attentionMaps(request: AttentionRequest, signal?: AbortSignal): Promise<WordPicture[]> {
    const model = this.place(request.model);
    const outcome = await this.perform({ do: 'attend', request, model }, signal ? { signal } : {});
    if (outcome.of !== 'attend') throw unexpected(outcome);
    return outcome.words;
  }

  /** Opens a model ahead of its first job. @throws {PalimpsestError} as `run`. */
  async load(name: string): Promise<void> {
    await this.perform({ do: 'load', model: this.place(name) }, {});
  }

  /** Gives a model's memory back. @throws {PalimpsestError} MODEL_UNKNOWN. */
  async unload(name: string): Promise<void> {
    this.registry.find(name);
    if (this.engine !== null) await this.perform({ do: 'unload', name }, {});
  }

  status(): EngineStatus {
    const { engine } = this;
    const { device } = this.settings;
    if (engine === null) return { state: 'stopped', pid: null, models: [], rssBytes: 0, device };
    const state = !engine.isReady ? 'starting' : this.current !== null ? 'busy' : 'ready';
    const { pid = null, models, rssBytes } = engine;
    return { state, pid, models, rssBytes, device };
  }

  /** Ends the process; tasks that are under way or waiting are cancelled. */
  async close(): Promise<void> {
    this.closed = true;
    this.current?.abort();
    await this.lastTask;
    this.engine?.kill();
    await this.latest?.exited;
  }

  /** The process that is running, if there is one. */
  private get engine(): EngineProcess | null {
    return this.latest?.isAlive ? this.latest : null;
  }

  private place(name: string): PlacedModel {
    const { folder, imageEncoder, loras } = this.registry.find(name);
    return {
      name,
      folder,
      ...(imageEncoder === undefined ? {} : { imageEncoder }),
      ...(loras === undefined ? {} : { loras }),
    };
  }

  private perform(task: Task, options: RunOptions): Promise<Outcome> {
    const before = this.lastTask;
    const outcome = turnAfter(before, options.signal).then(() => this.persist(task, options));
    // A task that was given up while it waited leaves the others in their order.
    this.lastTask = Promise.all([before, outcome.catch(() => undefined)]);
    return outcome;
  }

  /** Performs a task, however often the process ends, as long as it gets further in between. */
  private async persist(task: Task, options: RunOptions): Promise<Outcome> {
    let crashes = 0;
    let furthest = 0;
    const onProgress: RunOptions['onProgress'] = (progress, preview) => {
      if (distance(progress) > furthest) {
        furthest = distance(progress);
        crashes = 0;
      }
      options.onProgress?.(progress, preview);
    };
    const controller = new AbortController();
    const { signal } = controller;
    const abort = (): void => controller.abort();
    options.signal?.addEventListener('abort', abort);
    if (this.closed || options.signal?.aborted) abort();
    this.current = controller;
    try {
      for (;;) {
        if (signal.aborted) throw cancelled();
        try {
          const outcome = await this.attempt(task, { ...options, signal, onProgress });
          if (outcome.of !== 'error') return outcome;
          if (outcome.failure.code === 'ENGINE_FAILED') await this.giveUpDevice();
          throw new PalimpsestError(outcome.failure.code, outcome.failure.sentence);
        } catch (error) {
          if (!(error instanceof EngineExit)) throw error;
          if (signal.aborted) throw cancelled();
          crashes += 1;
          if (crashes >= this.maxCrashes) throw crashed(error, crashes, this.settings.device);
        }
      }
    } finally {
      options.signal?.removeEventListener('abort', abort);
      this.current = null;
    }
  }

  /** A card that was lost stays lost to the process that used it: the next task has a fresh one. */
  private async giveUpDevice(): Promise<void> {
    if (this.settings.device === 'cpu') return;
    this.engine?.kill();
    await this.latest?.exited;
  }

  /** @throws {EngineExit} when the process ends first. */
  private async attempt(
    task: Task,
    { signal, onProgress, onNotice, preview }: RunOptions & { readonly signal: AbortSignal },
  ): Promise<Outcome> {
    this.latest = this.engine ?? new EngineProcess(this.settings, this.onLog);
    const engine = this.latest;
    let previewing = task.do === 'run' && task.preview;
    let latest: JobProgress | null = null;
    let deadline: NodeJS.Timeout | undefined;
    const cancel = (): void => {
      engine.cancel();
      deadline = setTimeout(() => engine.kill(), this.cancelGrace);
    };
    signal.addEventListener('abort', cancel);
    try {
      return await engine.perform(task, {
        onProgress: (progress) => {
          latest = progress;
          onProgress?.(progress);
          const wanted = preview?.() ?? false;
          if (wanted !== previewing) engine.wantPreview(wanted);
          previewing = wanted;
        },
        onPreview: (png) => {
          if (latest !== null) onProgress?.(latest, { png });
        },
        onNotice: (notice) => onNotice?.(notice),
      });
    } finally {
      signal.removeEventListener('abort', cancel);
      clearTimeout(deadline);
    }
  }
}

/**
 * Resolves when the task before is over, which never fails.
 *
 * @throws {PalimpsestError} CANCELLED, at once, when the signal is aborted first.
 */
function turnAfter(before: Promise<unknown>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(cancelled());
    if (signal?.aborted) abort();
    signal?.addEventListener('abort', abort);
    void before.then(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    });
  });
}

/** Grows with what is done of a job. */
const distance = ({ stage, step }: JobProgress): number => STAGES.indexOf(stage) * 1e9 + step;

const cancelled = () => new PalimpsestError('CANCELLED', 'The work was cancelled. Nothing was changed.');

const crashed = (exit: EngineExit, times: number, device: Device) =>
  new PalimpsestError(
    'ENGINE_CRASHED',
    sentence`The engine process ended ${{ times }} times at the same place (${{ exit: exit.how }}). Most often memory is short: close other programs, or choose a smaller size. ${{ otherwise: device === 'cpu' ? '' : sentence`Or ${{ device }} itself fails: start the daemon with --device cpu. ` }}It has been given up; other jobs go on.`,
  );

/** The two sides are of one version, so this is a bug. */
const unexpected = ({ of }: Outcome) => new Error(`the engine answered with ${of}`);
