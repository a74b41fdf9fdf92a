/** How often progress is told, and what it says of the time that is left. */

import { describe, expect, it } from 'vitest';
import { Pace, TimeLeft } from '../../daemon/src/engine/progressReports.ts';
import type { Progress } from '../../daemon/src/methods/watch.ts';

const at = (step: number, stage: Progress['stage'] = 'optimise'): Progress => ({ stage, step, total: 100 });

describe('the time left', () => {
  it('goes by the pace since the first report of a stage', () => {
    let time = 0;
    const timeLeft = new TimeLeft(() => time);
    const left = (seconds: number, progress: Progress) => {
      time = 1000 * seconds;
      return timeLeft.added(progress).secondsLeft;
    };
    expect(left(0, at(1, 'invert'))).toBeNull();
    expect(left(50, at(1))).toBeNull();
    // Ten steps in two seconds: 89 more take 18.
    expect(left(52, at(11))).toBe(18);
    expect(left(60, at(100))).toBe(0);
  });

  it('comes with losses as far as they are numbers', () => {
    const losses = { latent: 0.5, attention: 0.25 };
    expect(new TimeLeft().added({ ...at(1), losses }).losses).toEqual(losses);
    expect(new TimeLeft().added({ ...at(1), losses: { ...losses, latent: Number.NaN } })).not.toHaveProperty(
      'losses',
    );
  });
});

describe('the pace of reports', () => {
  it('is one in an interval, beside the first and the last of a stage', () => {
    let time = 1000;
    const pace = new Pace(100, () => time);
    const isDue = (ms: number, progress: Progress) => {
      time = 1000 + ms;
      return pace.isDue(progress);
    };
    expect(isDue(0, at(1))).toBe(true);
    expect(isDue(99, at(2))).toBe(false);
    expect(isDue(100, at(3))).toBe(true);
    expect(isDue(110, at(4, 'edit'))).toBe(true);
    expect(isDue(120, at(5, 'edit'))).toBe(false);
    expect(isDue(130, at(100, 'edit'))).toBe(true);
  });
});
