/** A stand-in of the Hugging Face Hub on this machine: one repository, and what can go wrong with it. */

import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const REVISION = 'a'.repeat(40);

export interface HubStandIn {
  readonly endpoint: string;
  /** Requests so far, as "PATH" or "PATH bytes=N-". */
  readonly requests: string[];
  /** What goes wrong from now on; set and cleared by tests. */
  fault: {
    /** The connection is cut after that many bytes of this file. */
    cut?: { path: string; after: number };
    /** This file's content is not what was promised. */
    wrong?: string;
    /** Only this token may read. */
    token?: string;
    /** Ranges are ignored. */
    noRanges?: boolean;
  };
  close(): Promise<void>;
}

const hex = (kind: string, ...parts: (string | Buffer)[]): string => {
  const hash = createHash(kind);
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

/** @param large paths that the hub keeps with a sha256. */
export async function startHub(
  repository: string,
  files: ReadonlyMap<string, Buffer>,
  large: RegExp,
): Promise<HubStandIn> {
  const siblings = [...files].map(([rfilename, content]) => ({
    rfilename,
    size: content.length,
    blobId: hex('sha1', `blob ${content.length}\0`, content),
    ...(large.test(rfilename) ? { lfs: { sha256: hex('sha256', content), size: content.length } } : {}),
  }));
  const requests: string[] = [];
  const standIn: Omit<HubStandIn, 'endpoint' | 'close'> = { requests, fault: {} };
  const server: Server = createServer((request, response) => {
    const { cut, wrong, token, noRanges } = standIn.fault;
    const path = decodeURIComponent((request.url ?? '').split('?')[0]!);
    const range = request.headers.range;
    requests.push(range === undefined ? path : `${path} ${range}`);
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(request.headers.authorization === undefined ? 401 : 403).end();
      return;
    }
    if (path === `/api/models/${repository}/revision/main`) {
      response.end(JSON.stringify({ sha: REVISION, cardData: { license: 'openrail' }, siblings }));
      return;
    }
    const name = path.slice(`/${repository}/resolve/${REVISION}/`.length);
    const content = path.includes(REVISION) ? files.get(name) : undefined;
    if (content === undefined) {
      response.writeHead(404).end();
      return;
    }
    const bytes = wrong === name ? Buffer.alloc(content.length, 'x') : content;
    const start = range === undefined || noRanges ? 0 : Number(/\d+/.exec(range)![0]);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': bytes.length - start });
    if (cut?.path !== name) {
      response.end(bytes.subarray(start));
      return;
    }
    response.write(bytes.subarray(start, start + cut.after), () => setTimeout(() => response.destroy(), 50));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(standIn, {
    endpoint: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}
