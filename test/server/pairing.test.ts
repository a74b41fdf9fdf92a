/** Letting clients in: codes that cannot be guessed, tokens that cannot be read. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clients, ownerTokenFile } from '../../daemon/src/server/clients.ts';
import { Pairing } from '../../daemon/src/server/pairing.ts';
import { fillDisk, makeRoomOnDisk } from '../fullDisk.ts';

describe('a pairing', () => {
  let time: number;
  let pairing: Pairing;
  const wrong = () => (pairing.pending!.code === '000000' ? '000001' : '000000');
  beforeEach(() => {
    time = 1_000_000;
    pairing = new Pairing(
      () => {},
      () => time,
    );
  });

  it('ends with the right code, once', () => {
    const { pairing: id, secondsLeft } = pairing.request('Figma');
    expect(secondsLeft).toBe(120);
    const { code } = pairing.pending!;
    expect(pairing.confirm(id, code)).toBe('Figma');
    expect(() => pairing.confirm(id, code)).toThrow(/expired or is used/);
  });

  it('is only one at a time, for two minutes', () => {
    const { pairing: id } = pairing.request('Figma');
    const { code } = pairing.pending!;
    expect(() => pairing.request('another')).toThrow(expect.objectContaining({ code: 'PAIRING_BUSY' }));
    time += 120_000;
    expect(() => pairing.confirm(id, code)).toThrow(/expired/);
    pairing.request('another');
  });

  it('does not take another pairing for its own', () => {
    pairing.request('Figma');
    expect(() => pairing.confirm('guessed', pairing.pending!.code)).toThrow(/expired/);
    expect(pairing.pending).not.toBeNull();
  });

  it('is lost after five wrong codes, and the pauses grow to an hour', () => {
    const pauses: number[] = [];
    for (let round = 0; round < 9; round++) {
      const { pairing: id } = pairing.request('evil');
      for (let i = 0; i < 5; i++) {
        expect(() => pairing.confirm(id, wrong())).toThrow(
          expect.objectContaining({ code: 'PAIRING_FAILED' }),
        );
        if (pairing.pending === null) break;
      }
      expect(pairing.pending).toBeNull();
      const start = time;
      while (isBusy(() => pairing.request('x'))) time += 1000;
      pauses.push((time - start) / 1000);
      // That request is used up, too.
      time += 120_000;
    }
    expect(pauses.slice(0, 4)).toEqual([30, 60, 120, 240]);
    expect(pauses.at(-1)).toBe(3600);
  });

  it('ends when who asked has gone, and wrong codes count on in the next', () => {
    for (let i = 0; i < 4; i++) {
      const { pairing: id } = pairing.request('evil');
      expect(() => pairing.confirm(id, wrong())).toThrow(`${4 - i} tries are left`);
      pairing.withdraw(id);
      expect(pairing.pending).toBeNull();
      pairing.withdraw(id);
    }
    const { pairing: id } = pairing.request('evil');
    pairing.withdraw('another');
    expect(() => pairing.confirm(id, wrong())).toThrow('wrong 5 times');
    expect(isBusy(() => pairing.request('evil'))).toBe(true);
  });

  it('says where the request comes from', () => {
    pairing.request('Figma', { origin: 'https://www.figma.com' });
    expect(pairing.pending).toMatchObject({ name: 'Figma', origin: 'https://www.figma.com' });
  });

  it('is shown a few times in a row, however often somebody asks, and as often as it succeeds', () => {
    const ask = (origin: string) => {
      const { pairing: id } = pairing.request('asks', { origin });
      return { id, code: pairing.pending!.code };
    };
    for (let i = 0; i < 20; i++) {
      const { id, code } = ask('null');
      pairing.confirm(id, code);
    }
    let shown = 0;
    for (let i = 0; i < 100; i++) {
      if (isBusy(() => pairing.withdraw(ask('null').id))) continue;
      shown++;
    }
    expect(shown).toBe(5);
    expect(isBusy(() => ask('program'))).toBe(false);
    pairing.withdraw('another');
    time += 120_000;
    expect(isBusy(() => ask('null'))).toBe(false);
  });

  it('gives its place to another kind after a while, also when it is asked for anew', () => {
    const displaced: string[] = [];
    const ask = (origin: string) =>
      pairing.request('asks', { origin, onDisplaced: () => displaced.push(origin) }).pairing;
    let held = ask('null');
    time += 30_000;
    expect(() => ask('program')).toThrow('in 15 seconds');
    pairing.withdraw(held);
    held = ask('null');
    time += 15_000;
    expect(() => ask('null')).toThrow('in 105 seconds');
    const honest = ask('program');
    expect(displaced).toEqual(['null']);
    expect(() => pairing.confirm(held, pairing.pending!.code)).toThrow(/expired/);
    expect(isBusy(() => ask('null'))).toBe(true);
    expect(pairing.confirm(honest, pairing.pending!.code)).toBe('asks');
  });

  it('that was guessed at stops its own kind only', () => {
    const { pairing: id } = pairing.request('evil', { origin: 'null' });
    for (let i = 0; i < 5; i++) expect(() => pairing.confirm(id, wrong())).toThrow();
    expect(isBusy(() => pairing.request('evil', { origin: 'null' }))).toBe(true);
    for (const origin of ['https://www.figma.com', 'program']) {
      pairing.withdraw(pairing.request('honest', { origin }).pairing);
    }
  });

  it('opens the printed link once, for ten minutes', () => {
    const code = pairing.newLaunchCode();
    pairing.redeemLaunchCode(code);
    expect(() => pairing.redeemLaunchCode(code)).toThrow(/used or is too old/);
    const late = pairing.newLaunchCode();
    time += 600_000;
    expect(() => pairing.redeemLaunchCode(late)).toThrow(/too old/);
  });
});

describe('clients', () => {
  let folder: string;
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), 'palimpsest-clients-')), 'config');
  });
  afterEach(() => rmSync(join(folder, '..'), { recursive: true }));
  const mode = (path: string) => (statSync(path).mode & 0o777).toString(8);
  const readToken = () => readFileSync(ownerTokenFile(folder), 'utf8').trim();

  it('keep the token where only the user can read it', () => {
    const clients = Clients.open(folder);
    expect([mode(folder), mode(ownerTokenFile(folder))]).toEqual(['700', '600']);
    expect(readToken()).toMatch(/^[0-9a-f]{64}$/);
    expect(clients.authenticate(readToken())).toMatchObject({ id: 'owner', access: 'owner' });
    const before = readToken();
    Clients.open(folder);
    expect(readToken()).toBe(before);
  });

  it.each([
    ['that others could read', () => chmodSync(ownerTokenFile(folder), 0o644)],
    ['that is damaged', () => writeFileSync(ownerTokenFile(folder), 'x')],
    [
      'that is a link',
      () => {
        const elsewhere = join(folder, 'elsewhere');
        writeFileSync(elsewhere, `${'ab'.repeat(32)}\n`, { mode: 0o600 });
        rmSync(ownerTokenFile(folder));
        symlinkSync(elsewhere, ownerTokenFile(folder));
      },
    ],
  ])('replace a token %s', (_, spoil) => {
    Clients.open(folder);
    const before = readToken();
    spoil();
    const spoilt = readToken();
    Clients.open(folder);
    expect(readToken()).not.toBe(before);
    expect(readToken()).not.toBe(spoilt);
    expect(mode(ownerTokenFile(folder))).toBe('600');
  });

  it('are kept as hashes, and can be revoked', async () => {
    const { token, client } = await Clients.open(folder).grant('Figma', 'client');
    expect(readFileSync(join(folder, 'clients.json'), 'utf8')).not.toContain(token);
    const again = Clients.open(folder);
    expect(again.authenticate(token)).toEqual(client);
    expect(await again.revoke(client.id)).toBe(true);
    expect(again.authenticate(token)).toBeNull();
    expect(Clients.open(folder).authenticate(token)).toBeNull();
    expect(await again.revoke('owner')).toBe(false);
  });

  it('that are pages of the owner make room for each other, and for nobody else', async () => {
    const clients = Clients.open(folder);
    const plugin = await clients.grant('Figma', 'client');
    const pages = [];
    for (let i = 0; i < 25; i++) pages.push(await clients.grant('Palimpsest page', 'owner'));
    const known = pages.map(({ token }) => clients.authenticate(token) !== null);
    expect(known).toEqual([...Array(5).fill(false), ...Array(20).fill(true)]);
    expect(clients.authenticate(plugin.token)).toEqual(plugin.client);
    expect(Clients.open(folder).list()).toHaveLength(21);
  });

  it('that come and go at the same moment are all kept, or all forgotten', async () => {
    const clients = Clients.open(folder);
    const known = () => [clients, Clients.open(folder)].map((one) => one.list().length);
    const before = clients.list().length;
    const granted = await Promise.all(['Figma', 'Photopea'].map((name) => clients.grant(name, 'client')));
    expect(known()).toEqual([before + 2, before + 2]);
    const revoked = granted.map(({ client }) => clients.revoke(client.id));
    expect(await Promise.all(revoked)).toEqual([true, true]);
    expect(known()).toEqual([before, before]);
  });

  describe('on a full disk', () => {
    afterEach(makeRoomOnDisk);

    it('are revoked for good', async () => {
      const clients = Clients.open(folder);
      const [gone, stays] = [
        await clients.grant('Figma', 'client'),
        await clients.grant('Photopea', 'client'),
      ];
      fillDisk();
      expect(await clients.revoke(gone.client.id)).toBe(true);
      for (const one of [clients, Clients.open(folder)]) {
        expect(one.authenticate(gone.token)).toBeNull();
        expect(one.authenticate(stays.token)).toEqual(stays.client);
      }
      await clients.revoke(stays.client.id);
    });

    it('are revoked at once also where nothing can be written, and again when it can', async () => {
      const clients = Clients.open(folder);
      const { client, token } = await clients.grant('Figma', 'client');
      const file = join(folder, 'clients.json');
      const text = readFileSync(file);
      rmSync(file);
      fillDisk();
      const told = {
        code: 'WRITE_FAILED',
        message: expect.stringMatching(/is out.*disk is full.*once more/),
      };
      await expect(clients.revoke(client.id)).rejects.toMatchObject(told);
      expect(clients.authenticate(token)).toBeNull();
      expect(clients.list()).not.toContainEqual(client);
      makeRoomOnDisk();
      writeFileSync(file, text);
      expect(await clients.revoke(client.id)).toBe(true);
      expect(Clients.open(folder).authenticate(token)).toBeNull();
      expect(await clients.revoke(client.id)).toBe(false);
    });
  });
});

function isBusy(request: () => unknown): boolean {
  try {
    request();
    return false;
  } catch {
    return true;
  }
}
