/** @file `npm run pack`: the three packages that people install, built to JavaScript, as tarballs in dist/. */

import { execFile } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildFigma } from '../plugins/figma/build.ts';
import { buildPage } from '../plugins/page/build.ts';
import { buildPhotopea } from '../plugins/photopea/build.ts';
import { stageLibrary, stageProgram } from './stage.ts';

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..');
const DIST = join(ROOT, 'dist');
/** What the compiler writes: the sources' folders, with JavaScript and declarations in them. */
const BUILT = join(DIST, 'build');

/**
 * Compiles and packs, with pages and plugins as they were last built; takes some ten seconds.
 *
 * @param target folder of the tarballs.
 * @returns their paths, by the packages' names.
 */
export async function pack(target = DIST): Promise<Record<string, string>> {
  await rm(BUILT, { recursive: true, force: true });
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [compiler, '-p', import.meta.dirname]);
  const folders = {
    '@palimpsest/protocol': await stageLibrary('protocol', BUILT, join(DIST, 'packages')),
    '@palimpsest/sdk': await stageLibrary('plugins/sdk', BUILT, join(DIST, 'packages')),
    palimpsest: await stageProgram(BUILT, join(DIST, 'packages')),
  };
  await mkdir(target, { recursive: true });
  const tarballs = Object.entries(folders).map(async ([name, folder]) => {
    const { stdout } = await run('npm', ['pack', folder, '--json', '--pack-destination', target], {
      shell: process.platform === 'win32',
    });
    const [{ filename }] = JSON.parse(stdout) as [{ filename: string }];
    return [name, join(target, filename)] as const;
  });
  return Object.fromEntries(await Promise.all(tarballs));
}

if (process.argv[1] === import.meta.filename) {
  await Promise.all([buildPage(), buildPhotopea(), buildFigma()]);
  for (const path of Object.values(await pack())) console.log(path);
}
