/** @file `npm run build`: the pages in Photopea and beside it, into plugins/photopea/dist. */

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, 'src');
const dist = join(import.meta.dirname, 'dist');

/** Builds the pages; takes a moment. */
export async function buildPhotopea(): Promise<void> {
  await mkdir(dist, { recursive: true });
  await Promise.all(
    ['index.html', 'beside.html'].map((name) => copyFile(join(source, name), join(dist, name))),
  );
  await build({
    entryPoints: { photopea: join(source, 'main.ts') },
    outdir: dist,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
}

if (process.argv[1] === import.meta.filename) await buildPhotopea();
