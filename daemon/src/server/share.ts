/**
 * @file What one client may cost the daemon, over all its connections, so that no client can use up another's share.
 */

import type { JobRequest } from '@palimpsest/protocol';
import { Budget } from './budget.ts';
import { LIMITS } from './limits.ts';
import { RateLimit } from './rateLimit.ts';

export class Share {
  /** Of requests. */
  readonly rate = new RateLimit(LIMITS.burst, LIMITS.requestsPerSecond);
  /** Of the bytes of their text, which the daemon reads on its one thread. */
  readonly text = new RateLimit(LIMITS.textBurst, LIMITS.textPerSecond);
  /** Of the bytes of its answers, which the daemon checks and writes there too. */
  readonly answers = new RateLimit(LIMITS.answerBurst, LIMITS.answersPerSecond);
  /** Of transfers that are begun, and of frames that bring nothing. */
  readonly transfers = new RateLimit(LIMITS.transferBurst, LIMITS.transfersPerSecond);
  /** Of pictures that come and go. */
  readonly memory: Budget;
  /** Jobs that are being submitted. */
  readonly submitting = new Set<JobRequest>();
  /** Requests that are being answered, notifications among them. */
  answering = 0;

  /** @param all of the daemon's memory that is set aside for pictures. */
  constructor(all: Budget) {
    this.memory = new Budget(LIMITS.clientBytes, all, 'leavesAsMuch');
  }
}
