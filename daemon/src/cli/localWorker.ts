/** @file Does the work in this process, with the code of the daemon's engine. */

import type { BlobHash, JobRequest, JobResult, Kind } from '@palimpsest/protocol';
import { Engine } from '../engine/engine.ts';
import { LoadedModels } from '../engine/loadedModels.ts';
import type { PlacedModel } from '../engine/messages.ts';
import { chooseDevice } from '../execution/chooseDevice.ts';
import type { Device } from '../execution/deviceNames.ts';
import { defaultBudget } from '../execution/memoryBudget.ts';
import { requireUserFolder } from '../files/userFolders.ts';
import { decodePicture, encodePng, type Picture } from '../imaging/picture.ts';
import { closeCache } from '../settings/closeCache.ts';
import { graphsFolder, inversionsFolder, mergedFolder } from '../settings/paths.ts';
import { InversionStore } from '../store/inversionStore.ts';
import type { Precision } from '../weights/precision.ts';
import { worded } from './noticeWords.ts';
import type { Asked, ModelChoice, Worker, WorkWatch } from './worker.ts';

interface LocalWish {
  readonly model: ModelChoice;
  /** Of the processor; all when left out. */
  readonly threads?: number | undefined;
  readonly device: Device | 'auto';
  readonly precision: Precision | 'auto';
  /** What the work may take, in bytes; as much as the chosen device allows when left out. */
  readonly memoryBudget?: number | undefined;
}

export class LocalWorker implements Worker {
  private readonly engine: Engine;
  private readonly place: PlacedModel;
  private readonly watch: WorkWatch;
  /** By names that mean nothing outside. */
  private readonly pictures: Map<BlobHash, Picture>;

  private constructor(
    engine: Engine,
    place: PlacedModel,
    pictures: Map<BlobHash, Picture>,
    watch: WorkWatch,
  ) {
    this.engine = engine;
    this.place = place;
    this.pictures = pictures;
    this.watch = watch;
  }

  /** @throws {PalimpsestError} as `StableDiffusion`; OPTION_INVALID for a device that cannot be had. */
  static async open(
    { model, threads, device, precision, memoryBudget }: LocalWish,
    watch: WorkWatch,
  ): Promise<LocalWorker> {
    closeCache();
    const chosen = await chooseDevice(device, precision);
    if (device !== 'cpu') watch.tell(chosen.reason);
    const pictures = new Map<BlobHash, Picture>();
    const engine = new Engine({
      models: new LoadedModels({
        graphs: graphsFolder(),
        merged: mergedFolder(),
        session: { ...(threads === undefined ? {} : { threads }), device: chosen.device },
        precision: chosen.precision,
        maxModels: 1,
        maxModelBytes: Number.POSITIVE_INFINITY,
      }),
      store: new InversionStore(inversionsFolder()),
      pictures: {
        open: async (image) => pictures.get(image)!,
        keep: async (picture) => ({ ...sizeOf(picture), image: keptIn(pictures, picture) }),
      },
      memoryBudget: memoryBudget ?? defaultBudget(chosen.device),
    });
    const { folder, imageEncoder, vae, loras = [] } = model;
    const place: PlacedModel = {
      name: folder,
      folder,
      ...(imageEncoder === undefined ? {} : { imageEncoder }),
      ...(vae === undefined ? {} : { vae }),
      loras,
    };
    // Before any picture is read: a model that is none is told first.
    await engine.perform({ do: 'load', model: place }, { signal: watch.signal, onProgress: () => {} });
    return new LocalWorker(engine, place, pictures, watch);
  }

  async put(file: string): Promise<BlobHash> {
    return keptIn(this.pictures, await decodePicture(file));
  }

  async run<K extends Kind>(asked: Asked<K>): Promise<JobResult<K>> {
    // What is drawn from words alone leaves nothing there that it could not do without.
    if (asked.kind !== 'generate') requireUserFolder('cache');
    const { signal, onProgress, tell } = this.watch;
    const request = { ...(asked as Asked<Kind>), model: this.place.name } as JobRequest;
    const result = await this.engine.run(
      { request, model: this.place },
      { signal, onProgress, onNotice: (notice) => tell(worded(notice)) },
    );
    return result as JobResult<K>;
  }

  async get(image: BlobHash): Promise<Uint8Array> {
    return encodePng(this.pictures.get(image)!);
  }

  async close(): Promise<void> {
    await this.engine.perform(
      { do: 'unload', name: this.place.name },
      { signal: this.watch.signal, onProgress: () => {} },
    );
  }
}

const sizeOf = ({ width, height }: Picture) => ({ width, height });

function keptIn(pictures: Map<BlobHash, Picture>, picture: Picture): BlobHash {
  const name = `picture ${pictures.size + 1}`;
  pictures.set(name, picture);
  return name;
}
