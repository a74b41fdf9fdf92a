/** The plugin as it was built before the tests, and the fake editor as one script. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { newQuickJSWASMModule, type QuickJSWASMModule } from 'quickjs-emscripten';
import { type FigmaPrograms, FigmaVm } from './figmaVm.ts';

const DIST = join(import.meta.dirname, '../../plugins/figma/dist');

let built: Promise<FigmaPrograms> | undefined;
let engine: Promise<QuickJSWASMModule> | undefined;

/** The fake editor is built once for each test file, the plugin once for all. */
export function programs(): Promise<FigmaPrograms> {
  built ??= buildAll();
  return built;
}

/** An editor with an empty document; the plugin is not running yet. */
export async function openFigma(): Promise<FigmaVm> {
  engine ??= newQuickJSWASMModule();
  return new FigmaVm(await engine, await programs());
}

/** As it was built. */
export async function manifest(): Promise<{
  readonly networkAccess: { readonly allowedDomains: readonly string[] };
  readonly [key: string]: unknown;
}> {
  return JSON.parse(await readFile(join(DIST, 'manifest.json'), 'utf8'));
}

async function buildAll(): Promise<FigmaPrograms> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'fake/index.ts')],
    bundle: true,
    format: 'iife',
    globalName: 'fake',
    footer: { js: 'fake.setUp' },
    // As an expression: what the script declares must not stay behind as a global.
    target: 'es2022',
    write: false,
  });
  return {
    fake: `(() => { ${outputFiles[0]!.text.replace(/fake\.setUp\s*$/, 'return fake.setUp;')} })()`,
    main: await readFile(join(DIST, 'main.js'), 'utf8'),
    html: await readFile(join(DIST, 'ui.html'), 'utf8'),
  };
}
