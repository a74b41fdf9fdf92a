/** A server for Figma's window: on this machine, so that browsers let it talk to this machine. */

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import { manifest, programs } from './programs.ts';

const PAGE =
  '<!doctype html><meta charset="utf-8"><title>Figma</title><body style="margin: 0"><script type="module" src="/editor.js"></script></body>';

export async function serveEditor(): Promise<{ readonly address: string; close(): void }> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'browser/editor.ts')],
    bundle: true,
    format: 'esm',
    target: 'es2022',
    loader: { '.wasm': 'binary' },
    define: {
      PROGRAMS: JSON.stringify(await programs()),
      DOMAINS: JSON.stringify((await manifest()).networkAccess.allowedDomains),
    },
    write: false,
  });
  const server: Server = createServer(({ url }, response) => {
    const isScript = url === '/editor.js';
    response.writeHead(200, { 'Content-Type': isScript ? 'text/javascript' : 'text/html' });
    response.end(isScript ? outputFiles[0]!.contents : PAGE);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => server.close(),
  };
}
