/**
 * @file Scripts and files to Photopea, and its answers. Photopea's messages carry no ids, and its "done" comes early,
 * late or for another script, so nothing here waits for it. Each script reports its own beginning and end, with a token
 * that no other script has, and only one piece of work runs at a time.
 */

import { HostError } from '@palimpsest/sdk';
import * as z from 'zod/mini';
import type { Peer } from './peer.ts';
import { PING } from './scripts/looking.ts';
import { Line, type Script, scriptText } from './scripts/script.ts';

/** In ms. */
export interface Timings {
  /** The longest that a script may take; one that failed without a word is given up then. */
  readonly script: number;
  /** For Photopea to answer a greeting, and how often that is tried: it may still be loading. */
  readonly greeting: number;
  readonly greetings: number;
  /** Files may come a little after the end of their script. */
  readonly lateFile: number;
  /** How long a file may take to open, and how often that is looked at. */
  readonly open: number;
  readonly look: number;
}

export const TIMINGS: Timings = {
  script: 60_000,
  greeting: 1500,
  greetings: 40,
  lateFile: 1000,
  open: 60_000,
  look: 50,
};

const NO_ANSWER =
  'Photopea does not answer. Close any open dialog or wait until it has loaded, then try again.';

/** What Photopea has answered. */
export interface Answer<Result> {
  readonly result: Result;
  readonly files: readonly ArrayBuffer[];
}

/** A piece of work that nothing else comes between. */
export interface Session {
  /**
   * @param slack in ms: how much later a large file may come after the end of its script.
   * @throws {HostError} EDITOR_FAILED when the script fails, or does not end.
   */
  run<Args extends object, Result>(
    script: Script<Args, Result>,
    args: Args,
    slack?: number,
  ): Promise<Answer<Result>>;
  /** Opens a file; `isOpen` asks Photopea. @throws {HostError} EDITOR_FAILED when it is not open in time. */
  open(file: ArrayBuffer, isOpen: () => Promise<boolean>): Promise<void>;
}

interface Running {
  readonly token: string;
  readonly wanted: number;
  readonly slack: number;
  readonly files: ArrayBuffer[];
  begun: boolean;
  ended: boolean;
  /** undefined until the end was told. */
  line?: z.infer<typeof Line>;
  wake(): void;
}

export class Bridge implements Session {
  private last: Promise<unknown> = Promise.resolve();
  private running: Running | null = null;
  private inStep = false;
  private sent = 0;
  private readonly secret = crypto.randomUUID();
  private readonly end: () => void;

  private readonly peer: Peer;
  private readonly timings: Timings;

  constructor(peer: Peer, timings: Timings = TIMINGS) {
    this.peer = peer;
    this.timings = timings;

    this.end = peer.listen((message) => this.hear(message));
  }

  /** Does a piece of work when all earlier ones are over. */
  exclusively<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const result = this.last.then(() => work(this));
    this.last = result.catch(() => {});
    return result;
  }

  close(): void {
    this.end();
  }

  async run<Args extends object, Result>(
    script: Script<Args, Result>,
    args: Args,
    slack = 0,
  ): Promise<Answer<Result>> {
    if (!this.inStep) await this.greet();
    const answer = await this.attempt(script, args, this.timings.script, slack);
    if (answer !== null) return answer;
    this.inStep = false;
    throw new HostError('EDITOR_FAILED', NO_ANSWER, { cause: new Error(`no end of "${script.name}"`) });
  }

  async open(file: ArrayBuffer, isOpen: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + this.timings.open;
    this.peer.post(file);
    for (;;) {
      await pause(this.timings.look);
      if (await isOpen()) return;
      if (Date.now() > deadline) {
        throw new HostError(
          'EDITOR_FAILED',
          'Photopea did not open the result. Close any open dialog and try again.',
        );
      }
    }
  }

  /** Waits until Photopea answers: at the start, and after a script that did not end. */
  private async greet(): Promise<void> {
    for (let i = 0; i < this.timings.greetings; i++) {
      if ((await this.attempt(PING, {}, this.timings.greeting)) !== null) {
        this.inStep = true;
        return;
      }
    }
    throw new HostError('EDITOR_FAILED', NO_ANSWER);
  }

  /** null when the script does not end in time. */
  private async attempt<Args extends object, Result>(
    script: Script<Args, Result>,
    args: Args,
    patience: number,
    slack = 0,
  ): Promise<Answer<Result> | null> {
    const token = `palimpsest-${this.secret}-${++this.sent}:`;
    let wake = () => {};
    const woken = new Promise<void>((resolve) => {
      wake = resolve;
    });
    const wanted = script.files;
    const running: Running = { token, wanted, slack, files: [], begun: false, ended: false, wake };
    this.running = running;
    this.peer.post(scriptText(script, args, token));
    await within(patience, woken);
    this.running = null;
    const { line, files } = running;
    if (line === undefined) return null;
    const parsed = 'end' in line ? script.answer.safeParse(line.end) : null;
    if (parsed?.success) return { result: parsed.data, files };
    const cause = new Error(`"${script.name}" failed: ${JSON.stringify(line)}`, { cause: parsed?.error });
    throw new HostError(
      'EDITOR_FAILED',
      'Photopea could not do that. Unlock the layer, finish what you do with the current tool, and try again.',
      { cause },
    );
  }

  private hear(message: unknown): void {
    const { running } = this;
    if (running === null) return;
    if (message instanceof ArrayBuffer) {
      // A file that came before the beginning is an earlier script's, which had been given up.
      if (running.begun && running.files.length < running.wanted) running.files.push(message);
    } else if (typeof message === 'string' && message.startsWith(running.token)) {
      const line = readLine(message.slice(running.token.length));
      if (line === null) return;
      if ('begin' in line) running.begun = true;
      else running.line = line;
    }
    if (running.line === undefined) return;
    if (running.files.length === running.wanted || 'fault' in running.line) running.wake();
    else if (!running.ended) setTimeout(running.wake, this.timings.lateFile + running.slack);
    running.ended = true;
  }
}

function readLine(text: string): z.infer<typeof Line> | null {
  try {
    return z.parse(Line, JSON.parse(text));
  } catch {
    return null;
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, over]);
  clearTimeout(timer);
}
