/**
 * Figma's window, for a browser: the engine with the plugin's script, and the frame with its page. The frame has no origin
 * and the policy that the manifest asks for; both halves talk by the browser's own messages.
 */

import wasm from '@jitl/quickjs-wasmfile-release-sync/wasm';
import { newQuickJSWASMModuleFromVariant, newVariant, RELEASE_SYNC } from 'quickjs-emscripten';
import { type FigmaPrograms, FigmaVm } from '../figmaVm.ts';
import { COLOURS } from './colours.ts';

declare global {
  /** For the test. */
  var editor: {
    call(name: string, ...args: readonly unknown[]): Promise<unknown>;
    pictureOf(id: string): Promise<number[]>;
    /** Runs the plugin, as the menu does; with a command, as a relaunch button does. */
    open(scheme: keyof typeof COLOURS, command: string): void;
    /** Asks the plugin's script something in the place of the panel, which is closed. */
    ask(question: string, params: unknown): Promise<unknown>;
    /** Closes its window. */
    close(): void;
    readonly vm: FigmaVm;
  };
}

/** Put in by the test's server. */
declare const PROGRAMS: FigmaPrograms;
declare const DOMAINS: readonly string[];

/** As Figma's own policy reads in a report of it (lukasoppermann/design-tokens, issue 302). */
const POLICY = `default-src data: blob: ${DOMAINS.join(' ')}; script-src 'unsafe-inline'; style-src 'unsafe-inline'`;

const quickJs = await newQuickJSWASMModuleFromVariant(
  newVariant(RELEASE_SYNC, { wasmBinary: wasm.slice().buffer }),
);
const vm = new FigmaVm(quickJs, PROGRAMS);
let frame = document.createElement('iframe');
let scheme: keyof typeof COLOURS = 'light';

vm.onTold = ({ kind, detail }) => {
  const { width, height } = detail as { readonly width: number; readonly height: number };
  if (kind === 'showUI') {
    frame = document.createElement('iframe');
    frame.style.border = 'none';
    // No more than that: whether Figma gives more, nobody says.
    frame.sandbox.add('allow-scripts');
    frame.srcdoc = pageIn(scheme);
    document.body.replaceChildren(frame);
  }
  if (kind === 'showUI' || kind === 'resize') Object.assign(frame, { width, height });
};
vm.onMessage = (message) => frame.contentWindow?.postMessage({ pluginMessage: message }, '*');
addEventListener('message', ({ data, source, origin }) => {
  if (source !== frame.contentWindow) return;
  if (origin !== 'null') throw new Error(`The frame has an origin: ${origin}`);
  vm.send(data.pluginMessage);
});

/** The page, with what Figma adds to it. */
function pageIn(name: keyof typeof COLOURS): string {
  const colours = Object.entries(COLOURS[name]).map(([key, value]) => `--figma-color-${key}: ${value};`);
  return PROGRAMS.html
    .replace('<html lang="en">', `<html lang="en" class="figma-${name}">`)
    .replace(
      '<head>',
      `<head><meta http-equiv="Content-Security-Policy" content="${POLICY}"><style>:root { ${colours.join(' ')} }</style>`,
    );
}

globalThis.editor = {
  vm,
  call: (name, ...args) => vm.call(name, ...args),
  pictureOf: async (id) => [...(await vm.call<{ png: Uint8Array }>('see', id)).png],
  open: (wanted, command) => {
    scheme = wanted;
    vm.runPlugin(command);
  },
  ask: (question, params) =>
    new Promise((resolve) => {
      const toPanel = vm.onMessage;
      vm.onMessage = (message) => {
        const { id, answer } = message as { readonly id?: number; readonly answer: unknown };
        if (id !== 0) return;
        vm.onMessage = toPanel;
        resolve(answer);
      };
      vm.send({ id: 0, question, params });
    }),
  close: () => frame.remove(),
};
