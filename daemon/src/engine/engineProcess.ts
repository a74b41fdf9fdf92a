/** @file One engine process, as the daemon sees it: it takes one task at a time, and can die at any moment. */

import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { type Fact, foreign, type JobProgress, type Notice } from '@palimpsest/protocol';
import { type EngineSettings, FromEngine, type Outcome, type Task, type ToEngine } from './messages.ts';

const PROGRAM = join(import.meta.dirname, '../../bin/engine.js');

/** What is heard of a task while it runs. */
export interface TaskListener {
  readonly onProgress: (progress: JobProgress) => void;
  readonly onPreview: (png: Uint8Array) => void;
  readonly onNotice: (notice: Notice) => void;
}

/** The process has ended before its task was done. */
export class EngineExit extends Error {
  override readonly name = 'EngineExit';

  /** The signal or the status that it ended with, or why there never was a process. */
  readonly how: Fact;

  constructor(how: Fact) {
    super('the engine process ended');
    this.how = how;
  }
}

interface RunningTask extends TaskListener {
  readonly resolve: (outcome: Outcome) => void;
  readonly reject: (error: EngineExit) => void;
}

/** How a process ended, or why there never was one. */
function endOf(child: ChildProcess): Promise<Fact> {
  return new Promise((resolve) => {
    child.once('exit', (status, signal) => resolve(signal ?? `status ${status}`));
    child.on('error', ({ message }) => {
      // Sending to a process that is just ending fails too: there its end is what counts.
      if (child.pid === undefined) resolve(foreign(message));
    });
  });
}

export class EngineProcess {
  /** Resolves when the process is gone. */
  readonly exited: Promise<void>;
  /** As the process last told. */
  models: readonly string[] = [];
  rssBytes = 0;
  isReady = false;
  isAlive = true;

  private readonly child: ChildProcess;
  private readonly ready: Promise<void>;
  private task: RunningTask | null = null;

  private readonly onLog: (sentence: string) => void;

  /** @param onLog is told what belongs in the log. */
  constructor(settings: EngineSettings, onLog: (sentence: string) => void) {
    this.onLog = onLog;

    this.child = fork(PROGRAM, [JSON.stringify(settings)], {
      serialization: 'advanced',
      // Flags of the daemon's own process are none of the engine's business.
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    let signalReady: () => void;
    let failReady: (error: EngineExit) => void;
    this.ready = new Promise((resolve, reject) => {
      signalReady = resolve;
      failReady = reject;
    });
    // Whoever performs a task hears of it; without a task nobody has to.
    this.ready.catch(() => undefined);
    this.child.on('message', (raw) => {
      const parsed = FromEngine.safeParse(raw);
      if (!parsed.success) {
        // What speaks nonsense is as good as dead, and its task is given to another.
        process.stderr.write(`The engine process sent what it should not: ${parsed.error.message}\n`);
        this.kill();
        return;
      }
      const message = parsed.data;
      if (message.type === 'ready') {
        this.isReady = true;
        signalReady();
      } else this.receive(message);
    });
    this.exited = endOf(this.child).then((how) => {
      this.isAlive = false;
      const reason = new EngineExit(how);
      failReady(reason);
      this.task?.reject(reason);
      this.task = null;
    });
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /**
   * Gives the process a task; there must be none yet.
   *
   * @throws {EngineExit} when the process ends before the task does.
   */
  async perform(task: Task, listener: TaskListener): Promise<Outcome> {
    await this.ready;
    return new Promise((resolve, reject) => {
      this.task = { ...listener, resolve, reject };
      this.send({ type: 'task', task });
    });
  }

  /** Asks the task to stop at the next evaluation's end. */
  cancel(): void {
    this.send({ type: 'cancel' });
  }

  wantPreview(wanted: boolean): void {
    this.send({ type: 'preview', wanted });
  }

  /** Ends the process at once, in the middle of an evaluation. */
  kill(): void {
    this.child.kill('SIGKILL');
  }

  private send(message: ToEngine): void {
    this.child.send(message, () => {});
  }

  private receive(message: Exclude<FromEngine, { type: 'ready' }>): void {
    if (message.type === 'preview') {
      this.task?.onPreview(message.png);
      return;
    }
    if (message.type === 'notice') {
      this.task?.onNotice(message.notice);
      return;
    }
    if (message.type === 'log') {
      this.onLog(message.sentence);
      return;
    }
    this.rssBytes = message.rssBytes;
    if (message.type === 'progress') {
      this.task?.onProgress(message.progress);
      return;
    }
    this.models = message.models;
    const { task } = this;
    this.task = null;
    task?.resolve(message.outcome);
  }
}
