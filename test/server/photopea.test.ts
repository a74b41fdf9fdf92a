/** The pages for Photopea: who may show them, what they may show, and the links that lead there. */

import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { linkBeside, linkInside } from '../../daemon/src/server/photopea.ts';
import { type TestServer, testServer } from './harness.ts';

let server: TestServer;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());

/** As a browser asks for a page; fetch does not let these headers be set. */
function ask(
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; policy: string; referrer: string }> {
  return new Promise((resolve, reject) => {
    request({ host: '127.0.0.1', port: server.port, path, headers }, (response) => {
      response.resume();
      resolve({
        status: response.statusCode ?? 0,
        policy: String(response.headers['content-security-policy']),
        referrer: String(response.headers['referrer-policy']),
      });
    })
      .on('error', reject)
      .end();
  });
}

const FRAMED = { 'Sec-Fetch-Site': 'cross-site', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'iframe' };

describe('the panel for Photopea', () => {
  it('may be shown by Photopea, and by nobody else', async () => {
    const { status, policy } = await ask('/photopea/', FRAMED);
    expect(status).toBe(200);
    expect(policy).toMatch(/frame-ancestors https:\/\/www\.photopea\.com$/);
    expect(policy).toContain("script-src 'self'");
  });

  it('is the only page that other pages may ask for, and only as a frame', async () => {
    for (const path of ['/', '/photopea/beside', '/photopea/photopea.js', '/health', '/openrpc.json']) {
      expect((await ask(path, FRAMED)).status, path).toBe(403);
    }
    for (const destination of ['script', 'image', 'document', 'empty']) {
      const headers = { ...FRAMED, 'Sec-Fetch-Dest': destination };
      expect((await ask('/photopea/', headers)).status, destination).toBe(403);
    }
  });

  it('is refused to a name that only points here, and to pages that are not in the list', async () => {
    expect((await ask('/photopea/', { ...FRAMED, Host: 'evil.example' })).status).toBe(421);
    expect((await ask('/photopea/', { ...FRAMED, Origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('the page beside Photopea', () => {
  it('shows Photopea, which wants a referrer, and is shown by nobody', async () => {
    const { status, policy, referrer } = await ask('/photopea/beside');
    expect(status).toBe(200);
    expect(policy).toContain('frame-src https://www.photopea.com;');
    expect(policy).toMatch(/frame-ancestors 'none'$/);
    expect(referrer).toBe('strict-origin');
  });

  it('is the only page that may show another, or tells where it is', async () => {
    for (const path of ['/', '/photopea/', '/health']) {
      const { policy, referrer } = await ask(path);
      expect(policy, path).not.toContain('frame-src');
      expect(referrer, path).toBe('no-referrer');
    }
  });
});

describe('the links', () => {
  it('open Photopea with the panel of this daemon in it', () => {
    const link = new URL(linkInside(4711));
    expect(link.origin).toBe('https://www.photopea.com');
    const { environment } = JSON.parse(decodeURIComponent(link.hash.slice(1)));
    expect(environment.plugins).toHaveLength(1);
    expect(environment.plugins[0]).toMatchObject({
      name: 'Palimpsest',
      url: 'http://localhost:4711/photopea/',
    });
  });

  it('open a page of this daemon', () => {
    expect(linkBeside(4711)).toBe('http://127.0.0.1:4711/photopea/beside');
  });
});
