/** Which globals a script uses that Figma's engine has not. The bundler knows what is declared and what is not. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Of browsers, beyond what Node has. */
const OF_BROWSERS = [
  ...['window', 'document', 'self', 'parent', 'top', 'frames', 'location', 'history', 'screen', 'opener'],
  ...[
    'XMLHttpRequest',
    'WebSocket',
    'EventSource',
    'Worker',
    'SharedWorker',
    'File',
    'FileReader',
    'Headers',
  ],
  ...[
    'localStorage',
    'sessionStorage',
    'indexedDB',
    'caches',
    'alert',
    'confirm',
    'prompt',
    'open',
    'origin',
  ],
  ...['Image', 'ImageData', 'ImageBitmap', 'OffscreenCanvas', 'Path2D', 'DOMMatrix', 'DOMPoint', 'DOMParser'],
  ...['createImageBitmap', 'requestAnimationFrame', 'requestIdleCallback', 'getComputedStyle', 'matchMedia'],
  ...['addEventListener', 'removeEventListener', 'postMessage', 'MutationObserver', 'HTMLElement', 'Node'],
];

/** @param has the globals that are there. */
export async function foreignGlobals(script: string, has: readonly string[]): Promise<string[]> {
  const foreign = [...new Set([...Object.getOwnPropertyNames(globalThis), ...OF_BROWSERS])].filter(
    (name) => /^[\w$]+$/.test(name) && !has.includes(name),
  );
  const folder = await mkdtemp(join(tmpdir(), 'palimpsest-globals-'));
  const stubs = join(folder, 'stubs.js');
  // Each use of a name that nobody declares becomes a use of its stub; stubs that are not used fall away.
  await writeFile(
    stubs,
    foreign.map((name, i) => `const s${i} = 'foreign:${name};'; export { s${i} as ${name} };`).join('\n'),
  );
  const { outputFiles } = await build({
    stdin: { contents: script, loader: 'js' },
    inject: [stubs],
    bundle: true,
    format: 'iife',
    write: false,
  });
  await rm(folder, { recursive: true });
  return [...new Set([...outputFiles[0]!.text.matchAll(/foreign:([\w$]+);/g)].map(([, name]) => name!))];
}
