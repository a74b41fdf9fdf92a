/** Figma's window in a real browser, with a real daemon on one of the manifest's ports. */

import { createServer } from 'node:net';
import { PORTS } from '@palimpsest/protocol';
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core';
import { openBrowser } from '../page/browser.ts';
import { type StartedDaemon, startDaemon } from '../server/daemon.ts';
import { serveEditor } from './serveEditor.ts';

/** Long, since other work may share the machine. */
export const PATIENCE = 90_000;

export class FigmaWindow {
  private constructor(
    private readonly browser: Browser,
    readonly page: Page,
    readonly daemon: StartedDaemon,
    /** What the browser reports of the policy. */
    readonly violations: readonly string[],
    private readonly closeServer: () => void,
  ) {}

  /** @param isPublic whether the browser takes Figma for a page of the internet, which it is, and not of this machine. */
  static async open({ isPublic = false } = {}): Promise<FigmaWindow> {
    const daemon = await startDaemon(await freePort());
    const { address, close } = await serveEditor();
    const { host } = new URL(address);
    const browser = await openBrowser(isPublic ? [`--ip-address-space-overrides=${host}=public`] : []);
    const page = await browser.newPage({ viewport: { width: 420, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    const violations: string[] = [];
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) violations.push(message.text());
    });
    // Daemons of other people on this machine are none of ours.
    for (const port of PORTS.filter((other) => other !== daemon.port)) {
      await page.route(`http://localhost:${port}/**`, (route) => route.abort());
      await page.routeWebSocket(`ws://localhost:${port}/rpc`, (socket) => socket.close());
    }
    await page.goto(address);
    await page.waitForFunction('globalThis.editor !== undefined');
    return new FigmaWindow(browser, page, daemon, violations, close);
  }

  get panel(): FrameLocator {
    return this.page.frameLocator('iframe');
  }

  /** The panel's own page. */
  get frame(): Frame {
    return this.page.frames().at(-1)!;
  }

  /** Has the person do or see something. */
  call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    return this.page.evaluate<T>(
      `editor.call(${[name, ...args].map((value) => JSON.stringify(value)).join()})`,
    );
  }

  /** The same, with a file first among what belongs to it. */
  callWithFile<T>(name: string, text: string, file: Uint8Array, ...args: readonly unknown[]): Promise<T> {
    const rest = args.map((value) => `, ${JSON.stringify(value)}`).join('');
    const bytes = `Uint8Array.from(${JSON.stringify([...file])})`;
    return this.page.evaluate<T>(
      `editor.call(${JSON.stringify(name)}, ${JSON.stringify(text)}, ${bytes}${rest})`,
    );
  }

  async pictureOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.from(await this.page.evaluate<number[]>(`editor.pictureOf('${id}')`));
  }

  button(name: string) {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Runs the plugin, which opens the panel. */
  async openPanel(scheme: 'light' | 'dark' = 'light'): Promise<void> {
    await this.page.evaluate(`editor.open('${scheme}')`);
  }

  async closePanel(): Promise<void> {
    await this.page.evaluate('editor.close()');
  }

  /** Has the panel let in, with the code that the daemon prints. */
  async pair(): Promise<void> {
    await this.button('Connect').click();
    await this.panel.getByLabel('Code').waitFor();
    const [, code] = /Type this code .*: +(\d{6})/.exec(this.daemon.output())!;
    await this.panel.getByLabel('Code').fill(code!);
    await this.button('Connect').click();
    await this.panel.getByText('Connected', { exact: true }).waitFor();
  }

  /** Types both prompts; what a picture should be begins with the words of what it is. */
  async say(source: string, target: string): Promise<void> {
    await this.panel.getByLabel('What is in the picture').fill(source);
    const field = this.panel.getByLabel('What it should be');
    await field.focus();
    // The panel fills an empty field a moment after it has the focus.
    await this.page.waitForTimeout(200);
    await field.fill(target);
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.closeServer();
    await this.daemon.stop();
  }
}

/** The first of the manifest's ports that is free: the panel looks at no others. */
async function freePort(): Promise<number> {
  for (const port of PORTS) {
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer();
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (free) return port;
  }
  throw new Error(`The ports ${PORTS.join(', ')} are taken. Stop the daemon that has them, and try again.`);
}
