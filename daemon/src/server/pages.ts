/** @file What the daemon serves over HTTP: the health check, the OpenRPC document, and its pages. */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { PROTOCOL_VERSION } from '@palimpsest/protocol';
import type { Logger } from 'pino';
import type { AccessLists } from './origins.ts';
import { boundsOf, builtFile, json, type Page, text } from './page.ts';
import { photopeaPages } from './photopea.ts';

/**
 * Answers HTTP requests. There is nothing here that changes anything: all that does goes over the socket.
 *
 * @param lists of the port that is listened on, known once it is.
 */
export function pageServer(
  { version, document }: { readonly version: string; readonly document: () => object },
  lists: () => AccessLists,
  log: Logger,
): (request: IncomingMessage, response: ServerResponse) => void {
  const pages = readPages(version);
  let described: Page | undefined;
  const pageAt = (path: string) => {
    if (path !== DOCUMENT) return pages.get(path);
    described ??= json(document());
    return described;
  };
  return (request, response) => {
    // A body is never read, so it must not be kept for the next request.
    request.resume();
    const { status, page, reason } = answerTo(request, pageAt, lists());
    if (reason !== undefined) {
      // Of any other address nothing: somebody may have put a token there, and the log is no place for it.
      const path = pageAt(pathOf(request)) === undefined ? OTHER : pathOf(request);
      log.warn({ status, reason, path }, 'a request was refused');
    }
    const origin = request.headers.origin;
    response.writeHead(status, {
      'Content-Type': page.type,
      'X-Content-Type-Options': 'nosniff',
      ...boundsOf(page),
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'no-store',
      Vary: 'Origin',
      Connection: status < 400 ? 'keep-alive' : 'close',
      ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
      ...(origin !== undefined && reason === undefined ? { 'Access-Control-Allow-Origin': origin } : {}),
    });
    response.end(request.method === 'HEAD' ? undefined : page.body);
  };
}

/** In the log. */
const OTHER = '(none of ours)';

/** Of the address, without what comes after the path. */
const pathOf = ({ url = '/' }: IncomingMessage): string => url.split(/[?#]/, 1)[0]!;

/** Headers that decide who is answered. Whoever sends one twice may want it to be read in two ways. */
const DECIDING = ['host', 'origin', 'sec-fetch-site', 'sec-fetch-dest'];

/** Why a request is not answered, in words for the log and for the person; undefined where it is. */
export function refusalOf(
  { headers, headersDistinct, url }: IncomingMessage,
  lists: AccessLists,
): { status: number; reason: string } | undefined {
  const twice = DECIDING.find((name) => (headersDistinct[name]?.length ?? 0) > 1);
  if (twice !== undefined) return { status: 400, reason: `The request has more than one ${twice}.` };
  if (headers.host === undefined) return { status: 400, reason: 'The request names no Host.' };
  // A whole address names a host of its own, beside the header.
  if (!url?.startsWith('/')) return { status: 400, reason: 'A request names a path.' };
  if (!lists.allowsHost(headers.host)) {
    return {
      status: 421,
      reason: 'The daemon answers to localhost, 127.0.0.1 and [::1] only, with its port.',
    };
  }
  if (!lists.allowsOrigin(headers.origin)) {
    return { status: 403, reason: 'Pages of this origin may not talk to the daemon.' };
  }
  return undefined;
}

function answerTo(
  request: IncomingMessage,
  pageAt: (path: string) => Page | undefined,
  lists: AccessLists,
): { status: number; page: Page; reason?: string } {
  const { method, headers } = request;
  const refuse = (status: number, reason: string) => ({ status, page: text(`${reason}\n`), reason });
  const refusal = refusalOf(request, lists);
  if (refusal !== undefined) return refuse(refusal.status, refusal.reason);
  const page = pageAt(pathOf(request));
  // The browser asks before it knows who may show the page; it shows it only where `framedBy` says so.
  const isFramed = page?.framedBy !== undefined && headers['sec-fetch-dest'] === 'iframe';
  if (headers['sec-fetch-site'] === 'cross-site' && headers.origin === undefined && !isFramed) {
    return refuse(403, 'Other pages may not use the daemon.');
  }
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, 'Only GET and HEAD are answered here.');
  return page === undefined ? refuse(404, 'There is no such page.') : { status: 200, page };
}

/** It has the address of this daemon, which is known once it listens. */
const DOCUMENT = '/openrpc.json';

function readPages(version: string): ReadonlyMap<string, Page> {
  return new Map<string, Page>([
    ['/health', json({ product: 'palimpsest', version, protocol: PROTOCOL_VERSION })],
    ['/', builtFile('page', 'index.html', 'text/html')],
    ['/page.js', builtFile('page', 'page.js', 'text/javascript')],
    ['/page.css', builtFile('page', 'page.css', 'text/css')],
    ...photopeaPages(),
  ]);
}
