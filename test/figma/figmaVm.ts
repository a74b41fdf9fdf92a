/**
 * Figma's engine for plugins, or one like it: QuickJS in WebAssembly, with the globals that Figma gives and no others, and
 * a fake document. It runs in Node and in browsers.
 */

import type { QuickJSContext, QuickJSHandle, QuickJSWASMModule } from 'quickjs-emscripten';
import { pack, unpack } from './packing.ts';
import { paint } from './raster.ts';
import type { Scene } from './scene.ts';

export interface FigmaPrograms {
  /** The fake editor, as a script whose value is its set-up. */
  readonly fake: string;
  /** The plugin, as it was built. */
  readonly main: string;
  readonly html: string;
}

/** What the editor tells that is not for the panel. */
export interface Told {
  readonly kind: 'showUI' | 'resize' | 'notify' | 'close';
  readonly detail: unknown;
}

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

export class FigmaVm {
  readonly told: Told[] = [];
  readonly logged: string[] = [];
  onMessage: (message: unknown) => void = () => {};
  onTold: (told: Told) => void = () => {};
  private readonly context: QuickJSContext;
  private readonly receive: QuickJSHandle;
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;
  private closed = false;

  private readonly programs: FigmaPrograms;

  constructor(quickJs: QuickJSWASMModule, programs: FigmaPrograms) {
    this.programs = programs;

    this.context = quickJs.newContext();
    const { context } = this;
    const setUp = this.run(programs.fake, 'fake.js');
    const emit = context.newFunction('emit', (kind, json, ...bytes) => {
      const buffers = bytes.map((handle) =>
        context.getArrayBuffer(handle).consume(({ value }) => value.slice().buffer),
      );
      const text = [context.getString(kind), context.getString(json)] as const;
      // Not from within a call of the engine.
      queueMicrotask(() => void this.hear(text[0], unpack({ json: text[1], bytes: buffers })));
    });
    const html = context.newString(programs.html);
    this.receive = context.unwrapResult(context.callFunction(setUp, context.undefined, emit, html));
    for (const handle of [setUp, emit, html]) handle.dispose();
  }

  /** Runs the plugin, as a click in the menu does; with a command, as a relaunch button does. */
  runPlugin(command = ''): void {
    this.give('endRun', {});
    this.give('command', command);
    this.run(this.programs.main, 'main.js').dispose();
    this.pump();
  }

  /** Has the person do or see something. */
  async call<T>(name: string, ...args: readonly unknown[]): Promise<T> {
    const id = ++this.asked;
    const answer = await new Promise<unknown>((resolve, reject) => {
      this.waiting.set(id, { resolve, reject });
      this.give('call', { id, name, args });
    });
    return answer as T;
  }

  /** Sends the plugin a message, as its panel does. */
  send(message: unknown): void {
    this.give('message', message);
  }

  /** The value of a script, as text. */
  evaluate(code: string): string {
    return this.run(code, 'test.js').consume((handle) => this.context.getString(handle));
  }

  close(): void {
    this.closed = true;
    this.receive.dispose();
    this.context.dispose();
  }

  private run(code: string, name: string): QuickJSHandle {
    const handle = this.context.unwrapResult(this.context.evalCode(code, name));
    return handle;
  }

  private give(kind: string, value: unknown): void {
    if (this.closed) return;
    const { context } = this;
    const { json, bytes } = pack(value);
    const handles = [
      context.newString(kind),
      context.newString(json),
      ...bytes.map((part) => context.newArrayBuffer(part)),
    ];
    context.unwrapResult(context.callFunction(this.receive, context.undefined, ...handles)).dispose();
    for (const handle of handles) handle.dispose();
    this.pump();
  }

  private pump(): void {
    const done = this.context.runtime.executePendingJobs();
    if (done.error) {
      const error = done.error.consume((handle) => this.context.dump(handle));
      this.logged.push(`a job failed: ${JSON.stringify(error)}`);
    }
  }

  private async hear(kind: string, value: unknown): Promise<void> {
    const part = value as { id: number; ms: number; value: unknown; error?: string; scene: Scene };
    if (kind === 'message') this.onMessage(value);
    if (kind === 'tell') {
      this.told.push(value as Told);
      this.onTold(value as Told);
    }
    if (kind === 'log') this.logged.push(String(value));
    if (kind === 'timer') setTimeout(() => this.give('timer', { id: part.id }), part.ms);
    if (kind === 'paint') this.give('painted', { id: part.id, png: await paint(part.scene) });
    if (kind === 'return') {
      const answer = this.waiting.get(part.id);
      this.waiting.delete(part.id);
      if (part.error === undefined) answer?.resolve(part.value);
      else answer?.reject(new Error(part.error));
    }
  }
}
