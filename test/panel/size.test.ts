/** The panel goes into editors that load it each time it is opened. */

import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { expect, it } from 'vitest';

const source = join(import.meta.dirname, '../../plugins/panel/src');

it('is below 70 kB, minified and compressed, with the client, all schemas and its looks', async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `import './panel.css'; export { mountPanel } from './index.tsx';`,
      resolveDir: source,
    },
    outdir: 'out',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    jsx: 'automatic',
    jsxImportSource: 'preact',
    write: false,
  });
  const bytes = outputFiles.map(({ contents }) => gzipSync(contents).length);
  expect(outputFiles).toHaveLength(2);
  const total = bytes.reduce((a, b) => a + b);
  expect(total).toBeLessThan(70_000);
});
