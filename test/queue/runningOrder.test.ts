/** Turns: what somebody waits for goes first, and nobody waits for another's long list. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runningOrder, type WaitingJob } from '../../daemon/src/queue/runningOrder.ts';

/** Jobs as 'owner' or 'owner!', in the order of submission; ! is interactive. */
const jobs = (...names: string[]): WaitingJob[] =>
  names.map((name, sequence) => ({
    owner: name[0]!,
    priority: name.endsWith('!') ? 'interactive' : 'batch',
    sequence,
  }));

const order = (waiting: readonly WaitingJob[], served: readonly string[] = []) =>
  runningOrder(waiting, served)
    .map(({ owner, sequence }) => `${owner}${sequence}`)
    .join(' ');

describe('the running order', () => {
  it('gives owners turns, and keeps the order of each', () => {
    expect(order(jobs('a', 'a', 'a', 'b', 'c', 'b'))).toBe('a0 b3 c4 a1 b5 a2');
  });

  it('puts interactive jobs before all others', () => {
    expect(order(jobs('a', 'a', 'b!', 'c', 'a!'))).toBe('b2 a4 c3 a0 a1');
  });

  it('lets the owner go last who was served last', () => {
    expect(order(jobs('a', 'b', 'c'), ['b', 'a'])).toBe('c2 b1 a0');
  });

  it('holds every job once, and never makes an owner wait for two of another', () => {
    const owner = fc.constantFrom('a', 'b', 'c', 'd');
    fc.assert(
      fc.property(fc.array(owner, { maxLength: 40 }), fc.uniqueArray(owner), (owners, served) => {
        const waiting = jobs(...owners);
        const ordered = runningOrder(waiting, served);
        expect(new Set(ordered)).toEqual(new Set(waiting));
        for (const [i, { owner }] of ordered.entries()) {
          const next = ordered.findIndex((job, k) => k > i && job.owner === owner);
          if (next < 0) continue;
          const between = ordered.slice(i + 1, next).map((job) => job.owner);
          expect(new Set(between).size).toBe(between.length);
          for (const other of new Set(ordered.slice(next).map((job) => job.owner))) {
            if (other !== owner) expect(between).toContain(other);
          }
        }
      }),
    );
  });
});
