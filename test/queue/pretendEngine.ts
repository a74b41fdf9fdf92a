/** An engine that only pretends, and jobs for it. */

import { GenerateOptions, type JobRequest, PalimpsestError } from '@palimpsest/protocol';
import type { JobRunner } from '../../daemon/src/queue/jobQueueOptions.ts';

/** What it makes of everything. */
export const DRAWN = { image: `sha256:${'d'.repeat(64)}`, width: 1, height: 1 };

/** Does jobs when told: each call of `next` lets the running one end. */
export class PretendEngine implements JobRunner {
  readonly begun: JobRequest[] = [];
  /** What it has to say about each job. */
  readonly notices: string[] = [];
  private release: (outcome: Error | null) => void = () => {};

  run(
    request: JobRequest,
    { signal, onProgress, onNotice, preview }: Parameters<JobRunner['run']>[1],
  ): ReturnType<JobRunner['run']> {
    this.begun.push(request);
    const png = preview?.() ? { png: Uint8Array.of(1) } : undefined;
    onProgress?.({ stage: 'generate', step: 1, total: 2, secondsLeft: null }, png);
    for (const text of this.notices) onNotice?.({ code: 'STEPS_FEW', facts: { steps: 3 }, text });
    return new Promise((resolve, reject) => {
      this.release = (error) => (error ? reject(error) : resolve(DRAWN));
      signal?.addEventListener('abort', () => reject(new PalimpsestError('CANCELLED', 'cancelled')));
    });
  }

  next(error: Error | null = null): void {
    this.release(error);
  }
}

export const draw = (prompt = 'a dog'): JobRequest => ({
  kind: 'generate',
  model: 'm',
  prompt,
  options: GenerateOptions.parse({}),
});
