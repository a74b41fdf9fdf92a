/** @file Work in this process, with the model in a folder. */

import { chooseDevice } from '../execution/chooseDevice.ts';
import type { Device, Precision } from '../execution/deviceNames.ts';
import { defaultBudget } from '../execution/memoryBudget.ts';
import { Networks } from '../execution/networks.ts';
import type { SessionOptions } from '../execution/session.ts';
import { StableDiffusion } from '../execution/stableDiffusion.ts';
import { requireUserFolder } from '../files/userFolders.ts';
import { maskOf } from '../imaging/mask.ts';
import { decodePicture, encodePng, type Picture } from '../imaging/picture.ts';
import { editInArea } from '../jobs/editArea.ts';
import { generatePicture } from '../jobs/generateJob.ts';
import { invertPicture } from '../jobs/invertJob.ts';
import type { Job } from '../jobs/job.ts';
import { prepareJob } from '../jobs/prepare.ts';
import { stylePicture } from '../jobs/styleJob.ts';
import { closeCache } from '../settings/closeCache.ts';
import { graphsFolder, inversionsFolder, mergedFolder } from '../settings/paths.ts';
import { InversionStore } from '../store/inversionStore.ts';
import { worded } from './noticeWords.ts';
import type {
  DrawnPicture,
  EditWork,
  GenerateWork,
  InvertWork,
  ModelChoice,
  StyleWork,
  Worker,
  WorkWatch,
} from './worker.ts';

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
  readonly networks: Networks;
  readonly model: StableDiffusion;
  readonly store = new InversionStore(inversionsFolder());

  private constructor(
    { folder, imageEncoder, vae, loras = [] }: ModelChoice,
    options: SessionOptions,
    precision: Precision,
    private readonly watch: WorkWatch,
    private readonly memoryBudget: number,
  ) {
    this.networks = new Networks(graphsFolder(), options, precision);
    const merged = loras.length === 0 ? undefined : { choices: loras, folder: mergedFolder() };
    this.model = new StableDiffusion(folder, this.networks, { imageEncoder, vae, loras: merged });
  }

  /** @throws {PalimpsestError} as `StableDiffusion`; OPTION_INVALID for a device that cannot be had. */
  static async open(
    { model, threads, device, precision, memoryBudget }: LocalWish,
    watch: WorkWatch,
  ): Promise<LocalWorker> {
    closeCache();
    const limits = threads === undefined ? {} : { threads };
    const chosen = await chooseDevice(device, precision);
    if (device !== 'cpu') watch.tell(chosen.reason);
    const options = { ...limits, device: chosen.device };
    const budget = memoryBudget ?? defaultBudget(chosen.device);
    return new LocalWorker(model, options, chosen.precision, watch, budget);
  }

  async invert({ picture, prompt, options }: InvertWork) {
    const asked = { picture: await decodePicture(picture), prompt, options };
    const { request } = await this.prepare({ kind: 'invert', request: asked });
    const { id, placement, reused } = await invertPicture(this.model, this.store, request, this.watch);
    return { inversion: id, canvas: placement.canvas, reused };
  }

  async edit({ picture: file, mask: maskFile, ...words }: EditWork) {
    const picture = await decodePicture(file);
    const mask = maskFile === undefined ? {} : { mask: maskOf(picture, await decodePicture(maskFile)) };
    const { request } = await this.prepare({ kind: 'edit', request: { picture, ...words, ...mask } });
    const edited = await editInArea(this.model, this.store, request, this.watch);
    return { ...(await drawn(edited.picture)), inversion: edited.inverted.id, kind: edited.kind };
  }

  async style({ content, style, ...words }: StyleWork) {
    const pictures = { content: await decodePicture(content), style: await decodePicture(style) };
    const { request } = await this.prepare({ kind: 'style', request: { ...pictures, ...words } });
    const styled = await stylePicture(this.model, this.store, request, this.watch);
    return { ...(await drawn(styled.picture)), inversion: styled.inverted.id };
  }

  async generate({ prompt, options }: GenerateWork) {
    const job = await this.prepare({ kind: 'generate', prompt, options });
    return drawn(await generatePicture(this.model, job.prompt, job.options, this.watch));
  }

  /** Sees to it that a job can be done, and stays within the budget. */
  private async prepare<J extends Job>(job: J): Promise<J> {
    // What is drawn from words alone leaves nothing there that it could not do without.
    if (job.kind !== 'generate') requireUserFolder('cache');
    return prepareJob(this.memoryBudget, this, job, (notice) => this.watch.tell(worded(notice)));
  }

  async close(): Promise<void> {
    await this.networks.dispose();
  }
}

async function drawn(picture: Picture): Promise<DrawnPicture> {
  const { width, height } = picture;
  return { png: await encodePng(picture), width, height };
}
