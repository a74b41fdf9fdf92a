/** A plugin carries the client along, so it has to be small. */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const entry = join(import.meta.dirname, '../../protocol/src/index.ts');

it('is below 45 kB, minified and compressed, with all schemas and methods, and needs nothing of Node', async () => {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    write: false,
  });
  expect(gzipSync(outputFiles[0]!.contents).length).toBeLessThan(45_000);
});
