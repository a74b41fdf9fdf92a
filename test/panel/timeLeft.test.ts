/** What the panel says of the time that an edit still takes. */

import { expect, it } from 'vitest';
import { timeLeft } from '../../plugins/panel/src/model/timeLeft.ts';

it('is never the end of a stage that others follow, told as the end of the edit', () => {
  expect(timeLeft({ stage: 'invert', secondsLeft: 1 })).toBeNull();
  expect(timeLeft({ stage: 'optimise', secondsLeft: 240 })).toBe('about 4 min left, and then the painting');
  expect(timeLeft({ stage: 'edit', secondsLeft: 0.4 })).toBe('about 1 s left');
  expect(timeLeft({ stage: 'edit', secondsLeft: null })).toBeNull();
});
