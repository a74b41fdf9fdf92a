/**
 * @file The queue: one job at a time, fair between owners, kept on disk. A job is on disk before its submission is
 * acknowledged. After a restart, waiting and running jobs go on, and finished ones are still there.
 */

import { randomUUID } from 'node:crypto';
import {
  type JobPriority,
  type JobRequest,
  PalimpsestError,
  sentence,
  telling,
  verbatim,
} from '@palimpsest/protocol';
import { JobJournal } from './jobJournal.ts';
import { DEFAULTS, type JobQueueOptions } from './jobQueueOptions.ts';
import type { KeptJob } from './keptJob.ts';
import { Listeners } from './listeners.ts';
import { ofTheRichest } from './ofTheRichest.ts';
import {
  holdPictures,
  isOver,
  letGo,
  newJob,
  outcomeOf,
  type QueuedJob,
  stopAfter,
  watchOf,
} from './queuedJob.ts';
import { runningOrder } from './runningOrder.ts';

type QueueEvents = {
  /** A job went to another state, or another place in the queue. */
  change: [record: KeptJob];
  progress: [record: KeptJob, preview?: { readonly png: Uint8Array }];
};

/** Why a job is stopped at the queue's end. */
const CLOSING = Symbol('the queue is closing');

const MAX_SEQUENCE = 2 ** 52;

/** Owners whose last turn is remembered. */
const MAX_SERVED = 1000;

export class JobQueue {
  private readonly options: JobQueueOptions & typeof DEFAULTS;
  private readonly journal: JobJournal;
  private readonly jobs = new Map<string, QueuedJob>();
  private readonly listeners: Listeners<QueueEvents>;
  /** Owners by their last turn, longest ago first. */
  private served: readonly string[] = [];
  private nextSequence = 0;
  /** Settles when the latest submission is taken or refused. */
  private lastSubmission: Promise<unknown> = Promise.resolve();
  private running: QueuedJob | null = null;
  private closed = false;

  private constructor(options: JobQueueOptions) {
    this.options = { ...DEFAULTS, ...options };
    this.journal = new JobJournal(options.folder);
    this.listeners = new Listeners(this.options.onFault);
  }

  /** Opens the queue of a folder: what was waiting or running there goes on at once. */
  static async open(options: JobQueueOptions): Promise<JobQueue> {
    const queue = new JobQueue(options);
    for (const { sequence, record } of await queue.journal.read()) await queue.restore(sequence, record);
    await queue.forgetOld();
    queue.arrange();
    queue.startNext();
    return queue;
  }

  /**
   * Takes a job and answers when it is on disk.
   *
   * @throws {PalimpsestError} QUEUE_FULL, IMAGE_UNKNOWN, DISK_FULL, WRITE_FAILED, NOT_AUTHORISED.
   */
  async submit(
    request: JobRequest,
    { owner, priority }: { readonly owner: string; readonly priority: JobPriority },
  ): Promise<KeptJob> {
    this.requireRoom(owner);
    const id = randomUUID();
    const record: KeptJob = { id, owner, priority, request, state: 'queued', createdAt: Date.now() };
    const job = newJob(this.nextSequence++, record);
    this.jobs.set(id, job);
    const accepted = this.accept(job, this.lastSubmission);
    this.lastSubmission = accepted.catch(() => undefined);
    return accepted;
  }

  /** A job, or undefined. */
  get(id: string): KeptJob | undefined {
    const job = this.jobs.get(id);
    return job?.accepted ? job.record : undefined;
  }

  /** Jobs, newest first, of one owner or of all. */
  list({ owner }: { readonly owner?: string } = {}): KeptJob[] {
    return [...this.jobs.values()]
      .filter((job) => job.accepted && (owner === undefined || job.record.owner === owner))
      .sort((a, b) => b.sequence - a.sequence)
      .map(({ record }) => record);
  }

  /**
   * Stops a job and answers when it has stopped. One that is over stays as it is.
   *
   * @throws {PalimpsestError} JOB_UNKNOWN.
   */
  async cancel(id: string): Promise<KeptJob> {
    const job = this.jobs.get(id);
    if (job === undefined || !job.accepted) {
      throw new PalimpsestError(
        'JOB_UNKNOWN',
        telling(verbatim('There is no job of that id. Old ones are forgotten in time.'), { job: id }),
      );
    }
    if (job.record.state === 'queued') await this.finish(job, { state: 'cancelled' });
    else if (job.record.state === 'running') {
      job.controller.abort();
      await job.run;
    }
    return job.record;
  }

  /** Cancels all that an owner has, and answers when it has stopped. None of it runs in between. */
  async cancelAllOf(owner: string): Promise<void> {
    const own = [...this.jobs.values()].filter((job) => job.accepted && job.record.owner === owner);
    await Promise.all(own.map(({ record }) => this.cancel(record.id)));
  }

  on<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.listeners.on(event, listener);
  }

  off<E extends keyof QueueEvents>(event: E, listener: (...args: QueueEvents[E]) => void): void {
    this.listeners.off(event, listener);
  }

  /** Asks for previews of a job while it runs, or for no more of them. */
  wantPreview(id: string, wanted: boolean): void {
    const job = this.jobs.get(id);
    if (job !== undefined) job.wantsPreview = wanted;
  }

  /** Stops the running job where it is; it goes on when the queue is opened again. Comes before the engine's end. */
  async close(): Promise<void> {
    this.closed = true;
    this.running?.controller.abort(CLOSING);
    await this.running?.run;
    await this.journal.flush();
  }

  private requireRoom(owner: string): void {
    const waiting = [...this.jobs.values()].filter(({ record }) => !isOver(record));
    const own = waiting.filter(({ record }) => record.owner === owner).length;
    const { maxWaiting, maxWaitingPerOwner } = this.options;
    if (waiting.length < maxWaiting && own < maxWaitingPerOwner) return;
    throw new PalimpsestError(
      'QUEUE_FULL',
      own >= maxWaitingPerOwner
        ? sentence`${{ waiting: own }} of your jobs are waiting, which is as many as there may be. Wait for some, or cancel them.`
        : sentence`${{ waiting: waiting.length }} jobs are waiting, which is as many as there may be. Try again later.`,
    );
  }

  /** Last of all, so that nothing of an owner who was sent away meanwhile gets in. */
  private requireOwner(owner: string): void {
    if (this.options.mayOwn(owner)) return;
    throw new PalimpsestError('NOT_AUTHORISED', 'The client was revoked. Pair again.');
  }

  /** Puts a job on disk, and into the queue after those that were submitted before it. */
  private async accept(job: QueuedJob, before: Promise<unknown>): Promise<KeptJob> {
    try {
      job.held = await holdPictures(this.options.blobs, job.record.request);
      await this.journal.write(job);
      await before;
      this.requireOwner(job.record.owner);
    } catch (error) {
      this.jobs.delete(job.record.id);
      await this.journal.remove(job.record.id).catch(() => undefined);
      await letGo(this.options.blobs, job);
      throw error;
    }
    job.accepted = true;
    this.arrange();
    this.listeners.tell('change', job.record);
    this.startNext();
    return job.record;
  }

  private async restore(stored: number, record: KeptJob): Promise<void> {
    // No daemon counts as far: beyond it, numbers are no longer told apart, and later jobs would be lost.
    const sequence = stored < MAX_SEQUENCE ? stored : this.nextSequence;
    this.nextSequence = Math.max(this.nextSequence, sequence + 1);
    const { progress, position, ...kept } = record;
    if (sequence !== stored) await this.journal.write({ sequence, record }).catch(() => undefined);
    const job = newJob(sequence, isOver(kept) ? kept : { ...kept, state: 'queued' });
    job.accepted = true;
    this.jobs.set(record.id, job);
    if (!isOver(kept) && !this.options.mayOwn(kept.owner)) return this.finish(job, { state: 'cancelled' });
    // A picture that is gone is no reason to forget the job: it says so when its turn comes.
    if (!isOver(kept)) job.held = await holdPictures(this.options.blobs, kept.request).catch(() => []);
  }

  /** Gives each waiting job its place. */
  private arrange(): void {
    for (const [i, { record }] of this.waiting().entries()) {
      if (record.position === i + 1) continue;
      const moved = record.position !== undefined;
      const job = this.jobs.get(record.id)!;
      job.record = { ...record, position: i + 1 };
      if (moved) this.listeners.tell('change', job.record);
    }
  }

  /** In the order in which they will run. */
  private waiting(): QueuedJob[] {
    const queued = [...this.jobs.values()].filter((job) => job.accepted && job.record.state === 'queued');
    // What was running when the daemon ended goes on first.
    const begun = queued.filter(({ record }) => record.startedAt !== undefined);
    const turns = queued
      .filter(({ record }) => record.startedAt === undefined)
      .map((job) => ({
        job,
        sequence: job.sequence,
        owner: job.record.owner,
        priority: job.record.priority,
      }));
    return [...begun, ...runningOrder(turns, this.served).map(({ job }) => job)];
  }

  private startNext(): void {
    if (this.closed || this.running !== null) return;
    const [job] = this.waiting();
    if (job === undefined) return;
    this.running = job;
    const { owner } = job.record;
    this.served = [...this.served.filter((name) => name !== owner), owner].slice(-MAX_SERVED);
    job.run = this.execute(job)
      .catch(this.options.onFault)
      .finally(() => {
        this.running = null;
        this.startNext();
      });
  }

  private async execute(job: QueuedJob): Promise<void> {
    const { position, notices, remarks, ...record } = job.record;
    job.record = { ...record, state: 'running', startedAt: record.startedAt ?? Date.now() };
    // Only the order after a restart depends on it.
    void this.journal.write(job).catch(() => undefined);
    this.listeners.tell('change', job.record);
    this.arrange();
    const stopInTime = stopAfter(this.options.maxRunTime, job);
    try {
      const watch = watchOf(job, {
        change: (changed) => this.listeners.tell('change', changed),
        progress: (changed, preview) => this.listeners.tell('progress', changed, preview),
      });
      const result = await this.options.runner.run(record.request, watch);
      if ('image' in result) await this.options.blobs.adopt(result.image);
      await this.finish(job, { state: 'done', result });
    } catch (error) {
      const { signal } = job.controller;
      // A job that is stopped by the daemon's end is not over.
      if (signal.reason !== CLOSING) await this.finish(job, outcomeOf(error, signal));
    } finally {
      clearTimeout(stopInTime);
    }
  }

  private async finish(job: QueuedJob, outcome: Pick<KeptJob, 'state' | 'result' | 'error'>): Promise<void> {
    const { position, progress, ...record } = job.record;
    job.record = { ...record, ...outcome, finishedAt: Date.now() };
    // Its state holds even if it cannot be kept.
    await this.journal.settle(job).catch(() => undefined);
    await letGo(this.options.blobs, job);
    this.listeners.tell('change', job.record);
    this.arrange();
    await this.forgetOld();
  }

  private async forgetOld(): Promise<void> {
    const { maxAge, maxFinished } = this.options;
    const over = [...this.jobs.values()]
      .filter(({ record }) => isOver(record))
      .sort((a, b) => b.record.finishedAt! - a.record.finishedAt!);
    const isOld = ({ record }: QueuedJob) => Date.now() - record.finishedAt! > maxAge;
    const surplus = ofTheRichest(
      over.filter((job) => !isOld(job)),
      maxFinished,
    );
    for (const { record } of [...over.filter(isOld), ...surplus]) {
      this.jobs.delete(record.id);
      await this.journal.remove(record.id).catch(() => undefined);
    }
  }
}
