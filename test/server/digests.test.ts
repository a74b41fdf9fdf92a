/** What a guess at a token costs the daemon: one digest, however many clients it knows. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';

const digests = vi.hoisted(() => ({ count: 0 }));
vi.mock('node:crypto', async (original) => {
  const crypto = await original<typeof import('node:crypto')>();
  const createHash: typeof crypto.createHash = (...args) => {
    digests.count += 1;
    return crypto.createHash(...args);
  };
  return { ...crypto, createHash };
});

it('a token is digested once, not once for each client', async () => {
  const { Clients } = await import('../../daemon/src/server/clients.ts');
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-digests-'));
  try {
    const clients = Clients.open(folder);
    const granted = [];
    for (let i = 0; i < 20; i++) granted.push(await clients.grant(`client ${i}`, 'client'));
    digests.count = 0;
    expect(clients.authenticate('ab'.repeat(32))).toBeNull();
    expect(digests.count).toBe(1);
    for (const { token, client } of granted) expect(clients.authenticate(token)).toEqual(client);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
