/** @file Work in the daemon that is running: pictures go there, jobs are watched, results come back. */

import { readFile } from 'node:fs/promises';
import {
  type BlobHash,
  type DaemonClient,
  type JobProgress,
  type JobResult,
  noticesIn,
  PalimpsestError,
  type RemoteJob,
} from '@palimpsest/protocol';
import { isDeepPicture } from '../imaging/pictureHeader.ts';
import { worded } from './noticeWords.ts';
import {
  type EditWork,
  type GenerateWork,
  type InvertWork,
  type StyleWork,
  shallowNotice,
  type Worker,
  type WorkWatch,
} from './worker.ts';

export class DaemonWorker implements Worker {
  /** @param model its name in the daemon. */
  constructor(
    private readonly daemon: DaemonClient,
    private readonly model: string,
    private readonly watch: WorkWatch,
  ) {}

  async invert({ picture, prompt, options }: InvertWork) {
    const params = { model: this.model, image: await this.put(picture), prompt, options };
    const names = { 'The picture': picture };
    const result = await this.follow(
      await this.daemon.submit('inversions.create', params, this.watch),
      names,
    );
    return {
      inversion: made(result.inversion),
      canvas: made(result.canvas),
      reused: made(result.reused),
    };
  }

  async edit({ picture, mask, ...words }: EditWork) {
    const params = {
      model: this.model,
      image: await this.putChanging(picture),
      ...words,
      ...(mask === undefined ? {} : { mask: await this.put(mask) }),
    };
    const names = { 'The picture': picture, 'The mask': mask };
    const result = await this.follow(await this.daemon.submit('edits.create', params, this.watch), names);
    return { ...(await this.drawn(result)), inversion: made(result.inversion), kind: made(result.kind) };
  }

  async style({ content, style, ...words }: StyleWork) {
    const pictures = { image: await this.putChanging(content), style: await this.put(style) };
    const params = { model: this.model, ...pictures, ...words };
    const names = { 'The picture': content, 'The style picture': style };
    const result = await this.follow(await this.daemon.submit('styles.create', params, this.watch), names);
    return { ...(await this.drawn(result)), inversion: made(result.inversion) };
  }

  async generate({ prompt, options }: GenerateWork) {
    const params = { model: this.model, prompt, options };
    return this.drawn(await this.follow(await this.daemon.submit('generate', params, this.watch)));
  }

  async close(): Promise<void> {
    this.daemon.close();
  }

  private async put(file: string): Promise<BlobHash> {
    try {
      return await this.daemon.putImage(new Uint8Array(await readFile(file)), this.watch);
    } catch (error) {
      throw withNames(error, { 'The picture': file, This: file });
    }
  }

  /** The picture that comes back changed. */
  private async putChanging(file: string): Promise<BlobHash> {
    if (await isDeepPicture(await readFile(file))) this.watch.tell(shallowNotice(file));
    return this.put(file);
  }

  private async drawn({ image, width, height }: JobResult) {
    const png = await this.daemon.getImage(made(image), this.watch);
    return { png, width: made(width), height: made(height) };
  }

  /**
   * Shows how the job goes until it is over.
   *
   * @param names the files that the daemon knows as pictures only, by what it calls them.
   */
  private async follow(job: RemoteJob, names: PictureNames = {}): Promise<JobResult> {
    let toldToWait = false;
    const told = new Set<string>();
    try {
      for await (const event of job) {
        if (event.type === 'progress') this.watch.onProgress(shown(event.progress));
        if (event.type !== 'state') continue;
        for (const sentence of noticesIn(event.job).map(worded)) {
          if (!told.has(sentence)) this.watch.tell(sentence);
          told.add(sentence);
        }
        if (event.job.state !== 'queued' || toldToWait) continue;
        toldToWait = true;
        this.watch.tell('The daemon has other work first. Waiting for its turn.');
      }
      return await job.finished();
    } catch (error) {
      if (!(error instanceof PalimpsestError) || error.code !== 'CONNECTION_LOST')
        throw withNames(error, names);
      throw new PalimpsestError(
        'CONNECTION_LOST',
        'The daemon ended before the work was done. It goes on when the daemon is started again; run this command then for its result.',
        { cause: error },
      );
    }
  }
}

type PictureNames = Readonly<Record<string, string | undefined>>;

/** A fault of a picture, with the name of its file. */
function withNames(error: unknown, names: PictureNames): unknown {
  if (!(error instanceof PalimpsestError) || !/^PICTURE_/.test(error.code)) return error;
  const [called, file] = Object.entries(names).find(([name]) => error.message.startsWith(`${name} `)) ?? [];
  if (called === undefined || file === undefined) return error;
  return new PalimpsestError(error.code, `${file}${error.message.slice(called.length)}`, { cause: error });
}

/** The time left is estimated anew by whoever shows it. */
function shown({ secondsLeft: _, losses, ...progress }: JobProgress) {
  return losses === undefined ? progress : { ...progress, losses };
}

/** A part of a result that this kind of job always has. */
function made<T>(value: T | undefined): T {
  if (value !== undefined) return value;
  throw new PalimpsestError('INTERNAL', 'The daemon left something out of its answer. Update it.');
}
