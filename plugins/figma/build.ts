/** @file `npm run build -w plugins/figma`: what Figma imports, into plugins/figma/dist. */

import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildOptions, build } from 'esbuild';

const source = join(import.meta.dirname, 'src');
const dist = join(import.meta.dirname, 'dist');

const COMMON = {
  bundle: true,
  minify: true,
  format: 'iife',
  legalComments: 'none',
} satisfies BuildOptions;

/** Builds the plugin; takes a moment. */
export async function buildFigma(): Promise<void> {
  await mkdir(dist, { recursive: true });
  await Promise.all([
    buildSandbox(),
    buildPanel(),
    copyFile(join(source, '../manifest.json'), join(dist, 'manifest.json')),
  ]);
}

/** What Figma's engine runs. It takes newer syntax by now; in this one it has always worked. */
async function buildSandbox(): Promise<void> {
  await build({
    ...COMMON,
    entryPoints: [join(source, 'sandbox/main.ts')],
    outfile: join(dist, 'main.js'),
    target: 'es2017',
  });
}

/** Figma shows one file, so scripts and styles are put into the page. */
async function buildPanel(): Promise<void> {
  const { outputFiles } = await build({
    ...COMMON,
    entryPoints: { ui: join(source, 'ui/main.ts') },
    outdir: dist,
    write: false,
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
  });
  const textOf = (end: string) => outputFiles.find(({ path }) => path.endsWith(end))?.text ?? '';
  const page = await readFile(join(source, 'ui/ui.html'), 'utf8');
  const filled = page
    .replace('/* styles */', () => textOf('.css'))
    .replace('/* script */', () => textOf('.js'));
  await writeFile(join(dist, 'ui.html'), filled);
}

if (process.argv[1] === import.meta.filename) await buildFigma();
