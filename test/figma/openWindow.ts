/** Figma's window in a real browser, with a real daemon on one of the manifest's ports. */

import { createServer } from 'node:net';
import { PORTS } from '@palimpsest/protocol';
import { decodePng, encodePng, type Pixels } from '@palimpsest/sdk';
import type { Browser, Frame, FrameLocator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { openBrowser } from '../page/browser.ts';
import { type StartedDaemon, startDaemon } from '../server/daemon.ts';
import { serveEditor } from './serveEditor.ts';

/** Long, since other work may share the machine. */
export const PATIENCE = 90_000;

/** A node of the document, as the tests look at it. */
export interface SeenNode {
  readonly values: Readonly<Record<string, unknown>>;
  readonly relaunch: Readonly<Record<string, string>>;
  readonly corners: readonly (readonly [number, number])[];
}

export class FigmaWindow {
  private readonly browser: Browser;
  readonly page: Page;
  readonly daemon: StartedDaemon;
  /** What the browser reports of the policy. */
  readonly violations: readonly string[];
  private readonly closeServer: () => void;

  private constructor(
    browser: Browser,
    page: Page,
    daemon: StartedDaemon,
    violations: readonly string[],
    closeServer: () => void,
  ) {
    this.browser = browser;
    this.page = page;
    this.daemon = daemon;
    this.violations = violations;
    this.closeServer = closeServer;
  }

  /**
   * @param isPublic whether the browser takes Figma for a page of the internet, which it is, and not of this machine; else
   *   it calls itself Electron, as the desktop app does.
   * @param env more of the daemon's environment.
   */
  static async open({
    isPublic = false,
    env = {},
  }: {
    readonly isPublic?: boolean;
    readonly env?: Readonly<Record<string, string>>;
  } = {}): Promise<FigmaWindow> {
    const daemon = await startOnKnownPort(env);
    const { address, close } = await serveEditor();
    const { host } = new URL(address);
    const browser = await openBrowser(isPublic ? [`--ip-address-space-overrides=${host}=public`] : []);
    const userAgent = `Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${browser.version()} Electron/41.0.0`;
    const page = await browser.newPage({
      viewport: { width: 420, height: 900 },
      ...(isPublic ? {} : { userAgent }),
    });
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

  /** Asks the plugin's script something in the place of the panel. */
  ask(question: string, params: object): Promise<unknown> {
    return this.page.evaluate(`editor.ask('${question}', ${JSON.stringify(params)})`);
  }

  async pictureOf(id: string): Promise<Uint8Array<ArrayBuffer>> {
    return Uint8Array.from(await this.page.evaluate<number[]>(`editor.pictureOf('${id}')`));
  }

  button(name: string) {
    return this.panel.getByRole('button', { name, exact: true });
  }

  /** Runs the plugin, which opens the panel; with a command, as a relaunch button does. */
  async openPanel(scheme: 'light' | 'dark' = 'light', command = ''): Promise<void> {
    await this.page.evaluate(`editor.open('${scheme}', '${command}')`);
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

  /** Types both prompts. */
  async say(source: string, target: string): Promise<void> {
    await this.panel.getByLabel('What is in the picture').fill(source);
    await this.panel.getByLabel('What it should be').fill(target);
  }

  /** The golden model, with few steps, and few within each where a picture is learned. */
  async makeQuick(steps: number, innerSteps?: number): Promise<void> {
    await this.panel.getByText('Advanced').click();
    await this.panel.getByLabel('Model', { exact: true }).selectOption('modelA');
    await this.panel.getByLabel('Steps', { exact: true }).fill(String(steps));
    if (innerSteps !== undefined) await this.panel.getByLabel('Learning steps').fill(String(innerSteps));
    await this.panel.getByText('Advanced').click();
  }

  /** Adds a picture to the page of the document. */
  async addPicture(name: string, pixels: Pixels): Promise<string> {
    return this.callWithFile('addPicture', name, await encodePng(pixels), 30, 40);
  }

  inspect(id: string): Promise<SeenNode> {
    return this.call('inspect', id);
  }

  /** What was selected last; results come after all else. */
  async selected(): Promise<string> {
    return (await this.call<string[]>('selected')).at(-1)!;
  }

  /** A picture that the panel shows. */
  async shown(name: string): Promise<Pixels> {
    const bytes = await this.panel
      .getByAltText(name, { exact: true })
      .evaluate(async (image: { readonly src: string }) => [
        ...new Uint8Array(await (await fetch(image.src)).arrayBuffer()),
      ]);
    return decodePng(Uint8Array.from(bytes));
  }

  /** Keeps the result at hand: it has the very pixels, lies exactly over its source, and nothing else has changed. */
  async expectKept(over: string): Promise<SeenNode> {
    const before = await this.call<string>('documentWithout');
    const after = await this.shown('After');
    const last = await this.selected();
    await this.button('Keep').click();
    await expect.poll(() => this.selected(), { timeout: PATIENCE }).not.toBe(last);
    const [result, original] = [await this.inspect(await this.selected()), await this.inspect(over)];
    expect(furthest(result, original)).toBeLessThan(0.01);
    expect(await decodePng(await this.pictureOf(await this.selected()))).toEqual(after);
    expect(await this.call<string>('documentWithout', await this.selected())).toBe(before);
    return result;
  }

  async close(): Promise<void> {
    await this.browser.close();
    this.closeServer();
    await this.daemon.stop();
  }
}

/** A daemon on the first of the manifest's ports that is free: the panel looks at no others. */
async function startOnKnownPort(env: Readonly<Record<string, string>>): Promise<StartedDaemon> {
  for (const port of PORTS) {
    if (!(await isFree(port))) continue;
    try {
      return await startDaemon(port, env);
    } catch (error) {
      // Another test may have been quicker.
      if (await isFree(port)) throw error;
    }
  }
  throw new Error(`The ports ${PORTS.join(', ')} are taken. Stop the daemon that has them, and try again.`);
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

const furthest = (one: SeenNode, other: SeenNode): number =>
  Math.max(...one.corners.map(([x, y], i) => Math.hypot(x - other.corners[i]![0], y - other.corners[i]![1])));
