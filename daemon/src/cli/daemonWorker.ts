/** @file Lets the running daemon do the work: sends pictures, follows jobs, fetches results. */

import { readFile } from 'node:fs/promises';
import {
  type BlobHash,
  type DaemonClient,
  type JobResult,
  type Kind,
  noticesIn,
  PalimpsestError,
  type ParamsInput,
  place,
  type RemoteJob,
  type SubmitMethod,
  sentence,
} from '@palimpsest/protocol';
import { worded } from './noticeWords.ts';
import type { Asked, Worker, WorkWatch } from './worker.ts';

/** The method that submits a kind of job; one of another kind does not compile. */
const SUBMITS: { readonly [K in Kind]: SubmitMethod<K> } = {
  invert: 'inversions.create',
  edit: 'edits.create',
  style: 'styles.create',
  generate: 'generate',
};

export class DaemonWorker implements Worker {
  private readonly daemon: DaemonClient;
  private readonly model: string;
  private readonly watch: WorkWatch;
  /** The files that the daemon knows as pictures only. */
  private readonly files = new Map<BlobHash, string>();

  /** @param model its name in the daemon. */
  constructor(daemon: DaemonClient, model: string, watch: WorkWatch) {
    this.daemon = daemon;
    this.model = model;
    this.watch = watch;
  }

  async put(file: string): Promise<BlobHash> {
    try {
      const image = await this.daemon.putImage(new Uint8Array(await readFile(file)), this.watch);
      this.files.set(image, file);
      return image;
    } catch (error) {
      throw withFile(error, { image: file });
    }
  }

  async run<K extends Kind>(asked: Asked<K>): Promise<JobResult<K>> {
    const { kind, ...params } = asked as Asked<Kind>;
    const submitted: ParamsInput<SubmitMethod> = { ...params, model: this.model };
    const job = await this.daemon.submit(SUBMITS[kind], submitted, this.watch);
    return (await this.follow(job, this.filesOf(params))) as JobResult<K>;
  }

  async get(image: BlobHash): Promise<Uint8Array> {
    return this.daemon.getImage(image, this.watch);
  }

  async close(): Promise<void> {
    this.daemon.close();
  }

  /** The files of a request, by the names of its params. */
  private filesOf(params: object): PictureFiles {
    return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, this.files.get(value)]));
  }

  /** Shows how the job goes until it is over. */
  private async follow(job: RemoteJob, files: PictureFiles): Promise<JobResult> {
    let toldToWait = false;
    const told = new Set<string>();
    try {
      for await (const event of job) {
        if (event.type === 'progress') this.watch.onProgress(event.progress);
        if (event.type !== 'state') continue;
        for (const notice of noticesIn(event.job)) {
          if (!told.has(notice.text)) this.watch.tell(worded(notice));
          told.add(notice.text);
        }
        if (event.job.state !== 'queued' || toldToWait) continue;
        toldToWait = true;
        this.watch.tell('The daemon has other work first. Waiting for its turn.');
      }
      return await job.finished();
    } catch (error) {
      if (!(error instanceof PalimpsestError) || error.code !== 'CONNECTION_LOST')
        throw withFile(error, files);
      throw new PalimpsestError(
        'CONNECTION_LOST',
        'The daemon ended before the work was done. It goes on when the daemon is started again; run this command then for its result.',
        { cause: error },
      );
    }
  }
}

type PictureFiles = Readonly<Partial<Record<string, string | undefined>>>;

/** A fault of a picture, with its file: the daemon tells which picture it is, by the name of the param. */
function withFile(error: unknown, files: PictureFiles): unknown {
  if (!(error instanceof PalimpsestError)) return error;
  const file = files[String(error.facts.picture)];
  if (file === undefined) return error;
  const told = sentence`${{ picture: place(file) }}: ${{ reason: error.sentence }}`;
  return new PalimpsestError(error.code, told, { cause: error });
}
