/** @file A process that is measured from outside: its answers and its memory. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';

/** One evaluation. */
export interface Sample {
  readonly wallMs: number;
  /** Of all threads together. */
  readonly cpuMs: number;
  /** Where the evaluation had to build and load its network first; both are part of `wallMs`. */
  readonly buildMs?: number;
  readonly loadMs?: number;
}

/** Peaks in bytes: memory of the process' own, and file pages such as mapped weights, which it can give back. */
export interface MemoryPeak {
  own: number;
  mapped: number;
}

const POLL_MS = 20;

/** A child that does one evaluation for each line that it is sent. */
export class MeasuredProcess {
  readonly memory: MemoryPeak = { own: 0, mapped: 0 };
  private readonly child: ChildProcess;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;

  private readonly request: string;

  constructor(command: string, args: readonly string[], request = 'run') {
    this.request = request;

    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.lines = createInterface({ input: this.child.stdout! });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  /** @throws {Error} when the process ends instead of answering. */
  async evaluate(request = this.request): Promise<Sample> {
    const poll = setInterval(() => this.readMemory(), POLL_MS);
    try {
      this.child.stdin!.write(`${request}\n`);
      const { value, done } = await this.answers.next();
      if (done) throw new Error(`${this.child.spawnargs.join(' ')} ended before it answered`);
      return JSON.parse(value) as Sample;
    } finally {
      clearInterval(poll);
      this.readMemory();
    }
  }

  async end(): Promise<void> {
    this.child.stdin!.end();
    if (this.child.exitCode === null) await once(this.child, 'exit');
  }

  /** Linux only; elsewhere the peaks stay 0. */
  private readMemory(): void {
    let status: string;
    try {
      status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    } catch {
      return;
    }
    const bytes = (key: string) => 1024 * Number(new RegExp(`${key}:\\s*(\\d+)`).exec(status)?.[1] ?? 0);
    this.memory.own = Math.max(this.memory.own, bytes('RssAnon'));
    this.memory.mapped = Math.max(this.memory.mapped, bytes('RssFile'));
  }
}
