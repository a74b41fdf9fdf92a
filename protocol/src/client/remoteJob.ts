/** @file A job of the daemon, as its client sees it: it goes on while the connection comes and goes. */

import { PalimpsestError } from '../errors.ts';
import type { JobProgress, JobRecord, JobResult, Kind } from '../jobs.ts';
import type { ParamsInput, Result } from '../methods.ts';
import { verbatim } from '../sentence.ts';
import type { ClientEvents } from './clientEvents.ts';

export type JobEvent =
  | { readonly type: 'state'; readonly job: JobRecord }
  | { readonly type: 'progress'; readonly progress: JobProgress }
  | { readonly type: 'preview'; readonly png: Uint8Array };

const FINAL: ReadonlySet<JobRecord['state']> = new Set(['done', 'failed', 'cancelled']);

/** What a job needs of the client that has submitted it. */
interface JobClient {
  readonly closed: boolean;
  call<M extends 'jobs.get' | 'jobs.cancel'>(method: M, params: ParamsInput<M>): Promise<Result<M>>;
  on<E extends keyof ClientEvents>(event: E, listener: (params: ClientEvents[E]) => void): () => void;
}

export class RemoteJob<K extends Kind = Kind> implements AsyncIterable<JobEvent> {
  private readonly client: JobClient;
  readonly id: string;

  constructor(client: JobClient, id: string) {
    this.client = client;
    this.id = id;
  }

  /** Stops the job within one step. */
  async cancel(): Promise<JobRecord> {
    const { job } = await this.client.call('jobs.cancel', { id: this.id });
    return job;
  }

  /**
   * What happens to the job until it is over, from its state now to its final state. Progress that nobody waited for is
   * dropped in favour of newer progress.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<JobEvent, void, void> {
    const waiting: JobEvent[] = [];
    let failure: unknown = null;
    let wake = () => {};
    const push = (event: JobEvent) => {
      const last = waiting.at(-1);
      if (event.type !== 'state' && last?.type === event.type) waiting.pop();
      waiting.push(event);
      wake();
    };
    const look = () =>
      this.client.call('jobs.get', { id: this.id }).then(
        ({ job }) => push({ type: 'state', job }),
        (error: unknown) => {
          // What was lost with the connection is asked for again when it is back.
          if (error instanceof PalimpsestError && error.code === 'CONNECTION_LOST' && !this.client.closed)
            return;
          failure = error;
          wake();
        },
      );
    const off = [
      this.client.on('job.changed', ({ job }) => job.id === this.id && push({ type: 'state', job })),
      this.client.on('job.progress', ({ id, progress }) => {
        if (id === this.id) push({ type: 'progress', progress });
      }),
      this.client.on('preview', ({ job, png }) => job === this.id && push({ type: 'preview', png })),
      this.client.on('state', ({ connected }) => (connected || this.client.closed) && look()),
    ];
    try {
      void look();
      for (;;) {
        const event = waiting.shift();
        if (event !== undefined) {
          yield event;
          if (event.type === 'state' && FINAL.has(event.job.state)) return;
        } else if (failure !== null) {
          throw failure;
        } else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    } finally {
      for (const unsubscribe of off) unsubscribe();
    }
  }

  /**
   * What the job made, once it is over.
   *
   * @throws {PalimpsestError} the job's error when it failed, CANCELLED when it was cancelled.
   */
  async finished(): Promise<JobResult<K>> {
    for await (const event of this) {
      if (event.type !== 'state') continue;
      const { state, result, error } = event.job;
      // The daemon gives a job of a kind that kind's result.
      if (state === 'done') return result as JobResult<K>;
      if (state === 'failed') {
        const { code = 'INTERNAL', message = 'The job failed.', facts } = error ?? {};
        throw new PalimpsestError(code, verbatim(message, facts));
      }
      if (state === 'cancelled') throw new PalimpsestError('CANCELLED', 'The job was cancelled.');
    }
    throw new PalimpsestError('CONNECTION_LOST', 'The client was closed before the job was over.');
  }
}
