/** The daemon with the smallest model, and the browser, that the suites of one file share: both are slow to start. */

import { DaemonClient } from '@palimpsest/protocol';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll } from 'vitest';
import { WebSocket } from 'ws';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { openBrowser, openPage } from './browser.ts';

export class Place {
  readonly daemon: StartedDaemon;
  readonly browser: Browser;

  private constructor(daemon: StartedDaemon, browser: Browser) {
    this.daemon = daemon;
    this.browser = browser;
  }

  static async open(): Promise<Place> {
    const [daemon, browser] = await Promise.all([startDaemon(somePort()), openBrowser()]);
    return new Place(daemon, browser);
  }

  /** Where the page is, without a code that lets in. */
  get address(): string {
    return new URL(this.daemon.link).origin;
  }

  /** The page as its owner has it, in a profile of its own. */
  openPage(): Promise<Page> {
    return openPage(this.browser, this.address, this.daemon.token);
  }

  /** The owner's own connection. */
  connect(): Promise<DaemonClient> {
    const urls = [`ws://127.0.0.1:${this.daemon.port}/rpc`];
    return DaemonClient.connect({ urls, token: this.daemon.token, webSocket: WebSocket });
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.daemon.stop();
  }
}

let shared: Promise<Place> | undefined;

/** Has a suite begin when the place is there, without the pages of the suite before. The first one that asks opens it. */
export function usePlace(take: (place: Place) => void | Promise<void>): void {
  beforeAll(async () => {
    shared ??= Place.open();
    const place = await shared;
    for (const context of place.browser.contexts()) await context.close();
    await take(place);
  });
}

/** For the end of the file. */
export function closePlace(): void {
  afterAll(async () => {
    await (await shared)?.close();
    shared = undefined;
  });
}
