/** @file What the engine does: one task at a time, on the models that are loaded. In a process of its own, or in a command's. */

import type { BlobHash, JobProgress, JobResult, Notice } from '@palimpsest/protocol';
import type { Networks } from '../execution/networks.ts';
import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { encodePng, type Picture, type Size } from '../imaging/picture.ts';
import { openJob, perform, visibleOf } from '../jobs/job.ts';
import type { Drawn } from '../jobs/kinds/jobKind.ts';
import { prepareJob } from '../jobs/prepare.ts';
import { wordMaps } from '../jobs/wordMaps.ts';
import type { Watch } from '../methods/watch.ts';
import type { InversionStore } from '../store/inversionStore.ts';
import type { LoadedModels } from './loadedModels.ts';
import type { Outcome, PlacedModel, Task, WordPicture } from './messages.ts';
import { PreviewPainter } from './previewPainter.ts';
import { TimeLeft } from './progressReports.ts';

/** How a task is watched. */
export interface TaskWatch {
  readonly signal: AbortSignal;
  /** `paint` makes a preview, unless the last one was just now. */
  readonly onProgress: (progress: JobProgress, paint: (show: (png: Uint8Array) => void) => void) => void;
  /** For the person who asked. */
  readonly onNotice?: (notice: Notice) => void;
}

/** The pictures that requests name, wherever they are. */
export interface NamedPictures {
  /**
   * @param called what faults call the picture.
   * @throws {PalimpsestError} IMAGE_UNKNOWN, and as decoding does.
   */
  open(image: BlobHash, called?: string): Promise<Picture>;
  keep(picture: Picture): Promise<Drawn>;
}

export interface EngineParts {
  readonly models: LoadedModels;
  readonly store: InversionStore;
  readonly pictures: NamedPictures;
  /** What a job may take, in bytes. */
  readonly memoryBudget: number;
}

export class Engine {
  private readonly parts: EngineParts;

  constructor(parts: EngineParts) {
    this.parts = parts;
  }

  /** Names of the loaded models, least recently used first. */
  get loaded(): string[] {
    return this.parts.models.names;
  }

  /** @throws {PalimpsestError} as the jobs do; IMAGE_UNKNOWN. */
  async perform(task: Task, watch: TaskWatch): Promise<Outcome> {
    switch (task.do) {
      case 'load':
        await this.parts.models.use(task.model);
        return { of: 'load' };
      case 'unload':
        await this.parts.models.unload(task.name);
        return { of: 'unload' };
      case 'attend':
        return { of: 'attend', words: await this.attend(task, watch) };
      case 'run':
        return { of: 'run', result: await this.run(task, watch) };
    }
  }

  /** @throws {PalimpsestError} as the job does; IMAGE_UNKNOWN. */
  run(
    { request, model: place }: Pick<Extract<Task, { do: 'run' }>, 'request' | 'model'>,
    watch: TaskWatch,
  ): Promise<JobResult> {
    const { store, pictures, memoryBudget } = this.parts;
    return this.inJob(place, async (model, networks) => {
      const asked = await openJob(request, (image, called) => pictures.open(image, called));
      const job = await prepareJob(
        memoryBudget,
        { model, networks, store },
        asked,
        watch.onNotice ?? (() => {}),
      );
      const keep = (picture: Picture) => pictures.keep(picture);
      return watched(model, watch, visibleOf(job, model), (inner) =>
        perform(job, { model, store, keep }, inner),
      );
    });
  }

  private async attend(
    { request: { image, prompt, options }, model: place }: Extract<Task, { do: 'attend' }>,
    { signal }: TaskWatch,
  ): Promise<WordPicture[]> {
    const { models, store, pictures } = this.parts;
    // Somebody looks between two edits of theirs: what those need stays.
    const { model } = await models.use(place);
    const picture = await pictures.open(image);
    const maps = await wordMaps(model, store, { picture, prompt, options }, { signal });
    return Promise.all(
      maps.map(async ({ word, picture }) => ({ word, png: new Uint8Array(await encodePng(picture)) })),
    );
  }

  /** Networks that neither the job nor a look since the last one needed are given back after it. */
  private async inJob<T>(
    place: PlacedModel,
    work: (model: StableDiffusion, networks: Networks) => Promise<T>,
  ): Promise<T> {
    const { model, networks } = await this.parts.models.use(place);
    try {
      return await work(model, networks);
    } finally {
      await networks.sweep();
    }
  }
}

/** Work whose progress can be painted. */
async function watched<T>(
  model: StableDiffusion,
  { signal, onProgress, onNotice = () => {} }: TaskWatch,
  visible: Size,
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const painter = new PreviewPainter(model, visible);
  const timeLeft = new TimeLeft();
  try {
    return await work({
      signal,
      onNotice,
      onProgress: (progress, latent) =>
        onProgress(timeLeft.added(progress), (show) => painter.paint(latent, show)),
    });
  } finally {
    await painter.idle();
  }
}
