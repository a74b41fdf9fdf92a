/** @file What the engine process does: one task at a time, on the models that are loaded. */

import {
  type BlobHash,
  type EditRequest,
  type GenerateRequest,
  type InvertRequest,
  type JobResult,
  PalimpsestError,
  type StyleRequest,
} from '@palimpsest/protocol';
import { maskOf } from '../imaging/mask.ts';
import { decodePicture, encodePng, type Picture, type Size } from '../imaging/picture.ts';
import { areaOfEdit, editInArea } from '../jobs/editArea.ts';
import { generatePicture } from '../jobs/generateJob.ts';
import { invertPicture, placeOnCanvas } from '../jobs/invertJob.ts';
import type { Job } from '../jobs/job.ts';
import { prepareJob } from '../jobs/prepare.ts';
import { stylePicture } from '../jobs/styleJob.ts';
import { wordMaps } from '../jobs/wordMaps.ts';
import type { Progress, Watch } from '../methods/watch.ts';
import type { Networks } from '../models/networks.ts';
import type { StableDiffusion } from '../models/stableDiffusion.ts';
import { BlobStore } from '../store/blobStore.ts';
import { InversionStore } from '../store/inversionStore.ts';
import { LoadedModels } from './loadedModels.ts';
import type { EngineSettings, Outcome, PlacedModel, Task, WordPicture } from './messages.ts';
import { PreviewPainter } from './previewPainter.ts';

/** How a task is watched. */
export interface TaskWatch {
  readonly signal: AbortSignal;
  /** `paint` makes a preview, unless the last one was just now. */
  readonly onProgress: (progress: Progress, paint: (show: (png: Uint8Array) => void) => void) => void;
  /** A sentence for the person who asked. */
  readonly onNotice?: (notice: string) => void;
}

/** What comes before the job. */
type Prepare = (job: Job) => Promise<void>;

export class Engine {
  private readonly models: LoadedModels;
  private readonly store: InversionStore;
  private readonly blobs: BlobStore;
  private readonly memoryBudget: number;

  constructor({ inversions, blobs, threads, device, memoryBudget, ...settings }: EngineSettings) {
    this.memoryBudget = memoryBudget;
    const session = { device, ...(threads === undefined ? {} : { threads }) };
    this.models = new LoadedModels({ ...settings, session });
    this.store = new InversionStore(inversions);
    // The daemon keeps the folder small: it knows which pictures are still needed.
    this.blobs = new BlobStore(blobs, { maxBytes: Number.POSITIVE_INFINITY });
  }

  /** Names of the loaded models, least recently used first. */
  get loaded(): string[] {
    return this.models.names;
  }

  /** @throws {PalimpsestError} as the jobs do; IMAGE_UNKNOWN. */
  async perform(task: Task, watch: TaskWatch): Promise<Outcome> {
    switch (task.do) {
      case 'load':
        await this.models.use(task.model);
        return { of: 'load' };
      case 'unload':
        await this.models.unload(task.name);
        return { of: 'unload' };
      case 'attend':
        return { of: 'attend', words: await this.attend(task, watch) };
      case 'run':
        return { of: 'run', result: await this.run(task, watch) };
    }
  }

  private run({ request, model }: Extract<Task, { do: 'run' }>, watch: TaskWatch): Promise<JobResult> {
    return this.inJob(model, (opened, networks) => {
      const prepare = (job: Job) =>
        prepareJob(
          this.memoryBudget,
          { model: opened, networks, store: this.store },
          job,
          watch.onNotice ?? (() => {}),
        );
      switch (request.kind) {
        case 'invert':
          return this.invert(opened, request, watch, prepare);
        case 'edit':
          return this.edit(opened, request, watch, prepare);
        case 'style':
          return this.style(opened, request, watch, prepare);
        case 'generate':
          return this.generate(opened, request, watch, prepare);
      }
    });
  }

  private async invert(
    model: StableDiffusion,
    request: InvertRequest,
    watch: TaskWatch,
    prepare: Prepare,
  ): Promise<JobResult> {
    const { prompt, options } = request;
    const picture = await this.picture(request.image);
    await prepare({ kind: 'invert', request: { picture, prompt, options } });
    const inverted = await watched(model, watch, visiblePart(model, picture, options), (inner) =>
      invertPicture(model, this.store, { picture, prompt, options }, inner),
    );
    return { inversion: inverted.id, canvas: inverted.placement.canvas, reused: inverted.reused };
  }

  private async edit(
    model: StableDiffusion,
    request: EditRequest,
    watch: TaskWatch,
    prepare: Prepare,
  ): Promise<JobResult> {
    const { source, target, inversion, edit } = request;
    const picture = await this.picture(request.image);
    const mask =
      request.mask === undefined ? {} : { mask: maskOf(picture, await this.picture(request.mask)) };
    const job = { picture, source, target, inversion, edit, ...mask };
    await prepare({ kind: 'edit', request: job });
    const edited = await watched(model, watch, visiblePart(model, areaOfEdit(job), inversion), (inner) =>
      editInArea(model, this.store, job, inner),
    );
    const { id, reused } = edited.inverted;
    return { ...(await this.keep(edited.picture)), inversion: id, kind: edited.kind, reused };
  }

  private async style(
    model: StableDiffusion,
    request: StyleRequest,
    watch: TaskWatch,
    prepare: Prepare,
  ): Promise<JobResult> {
    const { source, styleSource, inversion, options } = request;
    const [content, style] = [await this.picture(request.image), await this.picture(request.style)];
    const job = { content, source, style, styleSource, inversion, options };
    await prepare({ kind: 'style', request: job });
    const styled = await watched(model, watch, visiblePart(model, content, inversion), (inner) =>
      stylePicture(model, this.store, job, inner),
    );
    const { id, reused } = styled.inverted;
    return { ...(await this.keep(styled.picture)), inversion: id, reused };
  }

  private async generate(
    model: StableDiffusion,
    { prompt, options }: GenerateRequest,
    watch: TaskWatch,
    prepare: Prepare,
  ): Promise<JobResult> {
    await prepare({ kind: 'generate', prompt, options });
    const everything = { width: Number.POSITIVE_INFINITY, height: Number.POSITIVE_INFINITY };
    const picture = await watched(model, watch, everything, (inner) =>
      generatePicture(model, prompt, options, inner),
    );
    return this.keep(picture);
  }

  private async attend(
    { request: { image, prompt, options }, model }: Extract<Task, { do: 'attend' }>,
    { signal }: TaskWatch,
  ): Promise<WordPicture[]> {
    // Somebody looks between two edits of theirs: what those need stays.
    const { model: opened } = await this.models.use(model);
    const shown = await this.picture(image);
    const maps = await wordMaps(opened, this.store, { picture: shown, prompt, options }, { signal });
    return Promise.all(
      maps.map(async ({ word, picture }) => ({ word, png: new Uint8Array(await encodePng(picture)) })),
    );
  }

  /** Networks that neither the job nor a look since the last one needed are given back after it. */
  private async inJob<T>(
    place: PlacedModel,
    work: (model: StableDiffusion, networks: Networks) => Promise<T>,
  ): Promise<T> {
    const { model, networks } = await this.models.use(place);
    try {
      return await work(model, networks);
    } finally {
      await networks.sweep();
    }
  }

  private async keep(picture: Picture): Promise<Pick<JobResult, 'image' | 'width' | 'height'>> {
    const { width, height } = picture;
    return { image: await this.blobs.put(await encodePng(picture)), width, height };
  }

  private async picture(hash: BlobHash): Promise<Picture> {
    const bytes = await this.blobs.get(hash);
    if (bytes !== null) return decodePicture(bytes);
    throw new PalimpsestError('IMAGE_UNKNOWN', `There is no picture ${hash}. Put it there again.`);
  }
}

/** Rows and columns of the latent that show the picture; the rest is padding. */
function visiblePart(
  model: StableDiffusion,
  picture: Size,
  options: InvertRequest['options'],
): { width: number; height: number } {
  const { scaled } = placeOnCanvas(model, picture, options);
  return {
    width: Math.ceil(scaled.width / model.pixelsPerLatent),
    height: Math.ceil(scaled.height / model.pixelsPerLatent),
  };
}

/** Work whose progress can be painted. */
async function watched<T>(
  model: StableDiffusion,
  { signal, onProgress }: TaskWatch,
  visible: { readonly width: number; readonly height: number },
  work: (watch: Watch) => Promise<T>,
): Promise<T> {
  const painter = new PreviewPainter(model, visible);
  try {
    return await work({
      signal,
      onProgress: (progress, latent) => onProgress(progress, (show) => painter.paint(latent, show)),
    });
  } finally {
    await painter.idle();
  }
}
