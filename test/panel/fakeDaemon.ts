/** A daemon for the panel, whose jobs wait for the test. */

import {
  EditOptions,
  InversionOptions,
  type JobEvent,
  type JobRecord,
  PalimpsestError,
  type RemoteJob,
} from '@palimpsest/protocol';
import { type EditClient, type EditOrder, encodePng } from '@palimpsest/sdk';

export const IMAGE = `sha256:${'a'.repeat(64)}`;
export const RESULT = `sha256:${'b'.repeat(64)}`;

export const grey = (value = 128, width = 8, height = 4) => ({
  ...{ width, height },
  rgba: new Uint8ClampedArray(width * height * 4).fill(value),
});

export const orderOf = (target: string): EditOrder => ({
  ...{ model: 'tiny', source: 'a dog', target, masking: 'none' },
  inversion: InversionOptions.parse({}),
  edit: EditOptions.parse({}),
});

/** What a finished and a failed job say last. */
export const DONE: Partial<JobRecord> = {
  ...{ state: 'done', startedAt: 1, finishedAt: 2, result: { image: RESULT, width: 1, height: 1 } },
};
export const FAILED: Partial<JobRecord> = {
  ...{ state: 'failed', error: { code: 'ENGINE_CRASHED', message: 'It is gone.' } },
};

export class FakeDaemon {
  readonly jobs: string[] = [];
  readonly cancelled: string[] = [];
  /** Errors of the next pictures that are asked for. */
  readonly refusals: PalimpsestError[] = [];
  /** What a job tells before its end. */
  readonly told: Exclude<JobEvent, { type: 'state' }>[] = [];
  private finish: (last: Partial<JobRecord>) => void = () => {};
  private readonly finished = new Promise<Partial<JobRecord>>((resolve) => {
    this.finish = resolve;
  });

  readonly client = {
    closed: false,
    putImage: async () => IMAGE,
    getImage: async () => {
      const refusal = this.refusals.shift();
      if (refusal !== undefined) throw refusal;
      return encodePng(grey());
    },
    submit: async () => {
      const id = `job-${this.jobs.length + 1}`;
      this.jobs.push(id);
      return this.job(id);
    },
    job: (id: string) => this.job(id),
  } as unknown as EditClient;

  /** Ends all jobs, the later ones at once. */
  end(last: Partial<JobRecord>): void {
    this.finish(last);
  }

  private job(id: string): RemoteJob {
    const { cancelled, jobs, told, finished } = this;
    const job = {
      id,
      cancel: async () => void cancelled.push(id),
      async *[Symbol.asyncIterator]() {
        if (!jobs.includes(id)) throw new PalimpsestError('JOB_UNKNOWN', 'There is no such job.');
        yield* told;
        yield { type: 'state', job: { id, ...(await finished) } } as JobEvent;
      },
    };
    return job as unknown as RemoteJob;
  }
}
