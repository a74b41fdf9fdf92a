/**
 * @file Text for a person or a log, through a stream that may be closed or that nobody reads: what does not fit is
 * dropped, and nothing else waits or fails because of it.
 */

import type { Writable } from 'node:stream';

/** What may wait in the stream, in bytes: some hundred lines. */
const ROOM = 64 * 1024;

/**
 * Without a listener, an error of the standard streams, such as that of a terminal that was closed, ends the process. And
 * Node waits for a terminal, so that one which stands still, by Ctrl-S or by a network between, would stop the process.
 */
export function outliveOutput(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {});
    const { _handle: handle } = stream as { _handle?: { setBlocking?(blocking: boolean): void } };
    if (stream.isTTY) handle?.setBlocking?.(false);
  }
}

export class Outlet {
  private leftOut = 0;

  private readonly stream: Writable;
  private readonly mayWrite: () => boolean;

  /**
   * @param stream whose errors somebody hears (`outliveOutput`).
   * @param mayWrite whether there may be another text now; default: always.
   */
  constructor(stream: Writable, mayWrite: () => boolean = () => true) {
    this.stream = stream;
    this.mayWrite = mayWrite;
  }

  /** @param text whole lines. */
  write(text: string): void {
    if (this.stream.writableLength > ROOM || !this.mayWrite()) {
      this.leftOut++;
      return;
    }
    if (this.leftOut > 0) this.stream.write(`(${this.leftOut} lines were left out here)\n`);
    this.leftOut = 0;
    this.stream.write(text);
  }
}
