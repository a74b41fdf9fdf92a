/** Sets up the engine as Figma does: its globals and nothing else. Returns the way in. */

import { pack, unpack } from '../packing.ts';
import { FakeFigma } from './figma.ts';
import { personOf } from './person.ts';

/** Set by the host for this script, and gone when it has run. */
type Emit = (kind: string, json: string, ...bytes: ArrayBuffer[]) => void;

export function setUp(
  emit: Emit,
  html: string,
): (kind: string, json: string, ...bytes: ArrayBuffer[]) => void {
  const waiting = new Map<number, (value: unknown) => void>();
  const timers = new Map<
    number,
    { readonly callback: () => void; readonly ms: number; readonly repeats: boolean }
  >();
  let asked = 0;
  const say = (kind: string, value: unknown) => {
    const { json, bytes } = pack(value);
    emit(kind, json, ...bytes);
  };
  const figma = new FakeFigma({
    paint: (scene) =>
      new Promise((resolve) => {
        const id = ++asked;
        waiting.set(id, (png) => resolve(png as Uint8Array));
        say('paint', { id, scene });
      }),
    send: (message) => say('message', message),
    tell: (kind, detail) => say('tell', { kind, detail }),
  });
  const person = personOf(figma);
  const later = (callback: () => void, ms: number, repeats: boolean): number => {
    const id = ++asked;
    timers.set(id, { callback, ms, repeats });
    say('timer', { id, ms });
    return id;
  };
  const log = (...parts: unknown[]) => say('log', parts.map(String).join(' '));
  const globals: Record<string, unknown> = {
    figma: figma.sealed(),
    __html__: html,
    __uiFiles__: {},
    console: { log, error: log, info: log, warn: log, assert: () => {}, clear: () => {} },
    setTimeout: (callback: () => void, ms: number) => later(callback, ms, false),
    setInterval: (callback: () => void, ms: number) => later(callback, ms, true),
    clearTimeout: (id: number) => timers.delete(id),
    clearInterval: (id: number) => timers.delete(id),
    fetch: () => Promise.reject(new Error('The sandbox of this test has no network.')),
  };
  for (const [name, value] of Object.entries(globals)) {
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }

  const call = async (id: number, name: string, args: readonly unknown[]) => {
    const methods: Record<string, (...params: never[]) => unknown> = person;
    try {
      say('return', { id, value: await methods[name]!(...(args as never[])) });
    } catch (error) {
      say('return', {
        id,
        error: error instanceof Error ? `${error.message}\n${error.stack}` : String(error),
      });
    }
  };
  return (kind, json, ...bytes) => {
    const value = unpack({ json, bytes }) as Record<string, never>;
    if (kind === 'message') figma.receive(value);
    if (kind === 'call') void call(value.id!, value.name!, value.args!);
    if (kind === 'painted') waiting.get(value.id!)?.(value.png);
    if (kind === 'endRun') figma.endRun();
    if (kind === 'command') figma.command = String(value);
    if (kind === 'timer') {
      const timer = timers.get(value.id!);
      if (timer?.repeats) say('timer', { id: value.id, ms: timer.ms });
      else timers.delete(value.id!);
      timer?.callback();
    }
  };
}
