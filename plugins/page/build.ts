/** @file `npm run build`: the page that the daemon serves, into plugins/page/dist. */

import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';

const source = join(import.meta.dirname, 'src');
const dist = join(import.meta.dirname, 'dist');

/** Builds the page; takes a moment. */
export async function buildPage(): Promise<void> {
  await mkdir(dist, { recursive: true });
  await copyFile(join(source, 'index.html'), join(dist, 'index.html'));
  await build({
    entryPoints: { page: join(source, 'main.tsx') },
    outdir: dist,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.png': 'binary' },
  });
}

if (process.argv[1] === import.meta.filename) await buildPage();
