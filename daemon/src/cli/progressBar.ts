/** @file Progress on a terminal: one line with a bar, the loss and the time left. */

import { TimeLeft } from '../methods/timeLeft.ts';
import type { Progress } from '../methods/watch.ts';

const WIDTH = 24;
const LABELS: Record<Progress['stage'], string> = {
  invert: 'Inverting',
  optimise: 'Learning the picture',
  edit: 'Editing',
  generate: 'Drawing',
};

/** Somewhere to write lines to. */
export interface Terminal {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Shows progress as a bar on a terminal, as JSON lines for machines, and not at all in a plain file. */
export function progressWriter(
  terminal: Terminal,
  json: boolean,
  now: () => number = Date.now,
): (progress: Progress) => void {
  const timeLeft = new TimeLeft(now);
  return (progress) => {
    const seconds = timeLeft.after(progress);
    if (json) terminal.write(`${JSON.stringify({ ...progress, secondsLeft: seconds })}\n`);
    else if (terminal.isTTY)
      terminal.write(`\r\x1b[2K${bar(progress, seconds)}${progress.step === progress.total ? '\n' : ''}`);
  };
}

function bar({ stage, step, total, losses }: Progress, seconds: number | null): string {
  const filled = Math.round((WIDTH * step) / total);
  const parts = [
    `${LABELS[stage].padEnd(20)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${step}/${total}`,
    losses === undefined ? '' : `loss ${(losses.latent + losses.attention).toPrecision(3)}`,
    seconds === null || seconds === 0 ? '' : `${duration(seconds)} left`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
