/** What a person sees while waiting, and what a machine reads. */

import { describe, expect, it } from 'vitest';
import { progressWriter } from '../../daemon/src/cli/progressBar.ts';

function record(isTTY: boolean, json: boolean) {
  let text = '';
  const terminal = { isTTY, write: (part: string) => (text += part) };
  const onProgress = progressWriter(terminal, json);
  const losses = { latent: 0.5, attention: 0.25 };
  onProgress({ stage: 'optimise', step: 1, total: 100, losses, secondsLeft: null });
  onProgress({ stage: 'optimise', step: 11, total: 100, losses, secondsLeft: 18 });
  return text;
}

describe('progress', () => {
  it('is a bar with loss and time left on a terminal', () => {
    const last = record(true, false).split('\r').at(-1);
    expect(last).toContain('11/100');
    expect(last).toContain('loss 0.750');
    expect(last).toContain('18 s left');
  });

  it('is JSON lines for machines', () => {
    const lines = record(false, true)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[1]).toEqual({
      stage: 'optimise',
      step: 11,
      total: 100,
      losses: { latent: 0.5, attention: 0.25 },
      secondsLeft: 18,
    });
  });

  it('is nothing in a plain file', () => expect(record(false, false)).toBe(''));
});
