/** @file Progress on a terminal: one line with a bar, the loss and the time left. */

import type { JobProgress } from '@palimpsest/protocol';

const WIDTH = 24;
const LABELS: Record<JobProgress['stage'], string> = {
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
export function progressWriter(terminal: Terminal, json: boolean): (progress: JobProgress) => void {
  return (progress) => {
    if (json) terminal.write(`${JSON.stringify(progress)}\n`);
    else if (terminal.isTTY)
      terminal.write(`\r\x1b[2K${bar(progress)}${progress.step === progress.total ? '\n' : ''}`);
  };
}

function bar({ stage, step, total, losses, secondsLeft }: JobProgress): string {
  const filled = Math.round((WIDTH * step) / total);
  const parts = [
    `${LABELS[stage].padEnd(20)} ${'█'.repeat(filled)}${'░'.repeat(WIDTH - filled)} ${step}/${total}`,
    losses === undefined ? '' : `loss ${(losses.latent + losses.attention).toPrecision(3)}`,
    secondsLeft === null || secondsLeft === 0 ? '' : `${duration(secondsLeft)} left`,
  ];
  return parts.filter((part) => part !== '').join('  ');
}

function duration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds} s` : `${minutes} min ${seconds % 60} s`;
}
