/** Letting clients in: codes that cannot be guessed, tokens that cannot be read. */

import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type PendingPairing, PROGRAM } from '@palimpsest/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Clients, ownerTokenFile } from '../../daemon/src/server/clients.ts';
import { LIMITS } from '../../daemon/src/server/limits.ts';
import { type Asking, type Ending, Pairing } from '../../daemon/src/server/pairing.ts';
import { fillDisk, makeRoomOnDisk } from '../fullDisk.ts';

describe('a pairing', () => {
  let pairing: Pairing;
  let shown: PendingPairing[];
  beforeEach(() => {
    vi.useFakeTimers();
    shown = [];
    pairing = new Pairing((pending) => {
      if (pending !== null) shown.push(pending);
    });
  });
  afterEach(() => vi.useRealTimers());
  const later = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);
  const wrong = () => (pairing.pending!.code === '000000' ? '000001' : '000000');
  /** Asks, and goes when it is told to. */
  const ask = (name: string, asking: Asking = {}) => {
    const controller = new AbortController();
    const asked = pairing.request(name, { signal: controller.signal, ...asking });
    asked.catch(ignore);
    return { asked, withdraw: () => controller.abort() };
  };
  const guess = async ({ asked }: ReturnType<typeof ask>) => {
    const { pairing: id } = await asked;
    for (let i = 0; i < 5; i++) {
      expect(() => pairing.confirm(id, wrong())).toThrow(expect.objectContaining({ code: 'PAIRING_FAILED' }));
    }
  };
  /** Gives wrong codes until its turn is over; how many. */
  const useUp = (id: string): number => {
    for (let guesses = 1; ; guesses++) {
      try {
        pairing.confirm(id, 'wrong');
      } catch (error) {
        if (!/tries are left/.test(String(error))) return guesses;
      }
    }
  };
  const guessUntilOver = async (asking: Asking) => {
    const evil = ask('evil', asking);
    for (let i = 0; i < 400 && pairing.pending === null; i++) await later(10);
    return useUp((await evil.asked).pairing);
  };
  /** Those that have had their turn, in order. */
  const names = () => shown.map(({ name }) => name);

  it('ends with the right code, once', async () => {
    const { pairing: id, secondsLeft } = await pairing.request('Figma');
    expect(secondsLeft).toBe(120);
    const { code } = pairing.pending!;
    expect(pairing.confirm(id, code)).toBe('Figma');
    expect(() => pairing.confirm(id, code)).toThrow(/expired or is used/);
  });

  it('is only one at a time, for two minutes, and others wait', async () => {
    const endings: Ending[] = [];
    const others: number[] = [];
    const { pairing: id } = await pairing.request('Figma', { onOver: (why) => endings.push(why) });
    const { code } = pairing.pending!;
    await later(120);
    expect(() => pairing.confirm(id, code)).toThrow(/expired/);
    expect([endings, pairing.pending]).toEqual([['expired'], null]);
    ask('another');
    ask('a third', { onWaiting: (count) => others.push(count) });
    expect([names(), others]).toEqual([['Figma', 'another'], [0]]);
    await later(45);
    expect(names()).toEqual(['Figma', 'another', 'a third']);
  });

  it('does not take another pairing for its own', () => {
    ask('Figma');
    expect(() => pairing.confirm('guessed', pairing.pending!.code)).toThrow(/expired/);
    expect(pairing.pending).not.toBeNull();
  });

  it('is lost after five wrong codes, and after ten the next is shown within minutes', async () => {
    await guess(ask('evil'));
    expect(pairing.pending).toBeNull();
    await guess(ask('evil'));
    ask('x');
    const start = Date.now();
    while (pairing.pending === null) await later(1);
    expect(Date.now() - start).toBeLessThanOrEqual(301_000);
  });

  it('ends when who asked has gone, and wrong codes count on in the next', async () => {
    for (let i = 0; i < 9; i++) {
      const evil = ask('evil');
      const { pairing: id } = await evil.asked;
      expect(() => pairing.confirm(id, wrong())).toThrow(`${Math.min(4, 9 - i)} tries are left`);
      evil.withdraw();
      expect(pairing.pending).toBeNull();
      evil.withdraw();
      await later(i < 4 ? 0 : 20);
    }
    const { pairing: id } = await pairing.request('evil');
    expect(() => pairing.confirm(id, wrong())).toThrow(/the last try.* in \d+ seconds/);
    ask('evil');
    expect(pairing.pending).toBeNull();
  });

  it.each([1, 24])('is shown within minutes once a page that guessed for %i h is closed', async (hours) => {
    const browser = { origin: 'null', agent: 'a browser' };
    const secondsToShow = async () => {
      const start = Date.now();
      const panel = ask('panel', browser);
      while (names().at(-1) !== 'panel' && Date.now() - start < 4_000_000) await later(1);
      panel.withdraw();
      shown = [];
      return (Date.now() - start) / 1000;
    };
    for (const end = Date.now() + hours * 3_600_000; Date.now() < end; ) await guessUntilOver(browser);
    expect(await secondsToShow()).toBeLessThanOrEqual(301);
    await later(30 * 24 * 3600);
    await guessUntilOver(browser);
    expect(await secondsToShow()).toBe(0);
  });

  it('is tried fewer than 1000 times in a day by all that pretend to be ever other places', async () => {
    let guesses = 0;
    let places = 0;
    const from = {
      page: () => ({ origin: 'null', agent: `browser ${places++}` }),
      site: () => ({ origin: `https://${places++}.example` }),
      program: () => ({}),
    };
    const guessOn = (place: () => Asking): void =>
      void ask('evil', { ...place(), onOver: () => setTimeout(() => guessOn(place)) }).asked.then(
        ({ pairing: id }) => {
          guesses += useUp(id);
        },
        ignore,
      );
    for (const place of Object.values(from)) guessOn(place);
    for (let hour = 0; hour < 24; hour++) await later(3600);
    expect(guesses).toBeGreaterThan(900);
    expect(guesses).toBeLessThan(1000);
  });

  it('says where the request comes from', () => {
    ask('Figma', { origin: 'https://www.figma.com' });
    expect(pairing.pending).toMatchObject({ name: 'Figma', origin: 'https://www.figma.com' });
  });

  it('is shown a few times in a row, however often somebody asks, and as often as it succeeds', async () => {
    for (let i = 0; i < 20; i++) {
      const { pairing: id } = await ask('asks', { origin: 'null' }).asked;
      pairing.confirm(id, pairing.pending!.code);
    }
    shown = [];
    for (let i = 0; i < 100; i++) ask('asks', { origin: 'null' }).withdraw();
    expect(shown).toHaveLength(5);
    ask('program').withdraw();
    expect(shown).toHaveLength(6);
    ask('asks', { origin: 'null' });
    await later(20);
    expect(shown).toHaveLength(7);
  });

  it('gives its place to another that waits after a while', async () => {
    const endings: Ending[] = [];
    const { pairing: held } = await ask('holder', { origin: 'null', onOver: (why) => endings.push(why) })
      .asked;
    await later(30);
    const honest = ask('honest');
    expect(pairing.pending).toMatchObject({ name: 'holder', secondsLeft: 15 });
    await later(15);
    expect(endings).toEqual(['displaced']);
    const { pairing: id } = await honest.asked;
    expect(() => pairing.confirm(held, pairing.pending!.code)).toThrow(/expired/);
    expect(pairing.confirm(id, pairing.pending!.code)).toBe('honest');
  });

  it('that was guessed at stops its own source only', async () => {
    for (let i = 0; i < 2; i++) await guess(ask('evil', { origin: 'null', agent: 'a browser' }));
    ask('evil', { origin: 'null', agent: 'a browser' });
    expect(pairing.pending).toBeNull();
    for (const asking of [{ origin: 'null', agent: 'an app' }, { origin: 'https://www.figma.com' }, {}]) {
      const honest = ask('honest', asking);
      expect(pairing.pending).toMatchObject({ name: 'honest' });
      honest.withdraw();
    }
  });

  it('cannot be guessed at more often by a program that pretends to be ever other browsers', async () => {
    let guesses = 0;
    const end = Date.now() + 3_600_000;
    for (let i = 0; Date.now() < end; i++) {
      ask('evil', { origin: 'null', agent: `browser ${i}` }).asked.then(({ pairing: id }) => {
        guesses += useUp(id);
      }, ignore);
      await later(10);
    }
    expect(guesses).toBeGreaterThan(30);
    expect(guesses).toBeLessThanOrEqual(30 + 13);
  });

  it('is guessed at by one source for hours without a pause for others of its kind', async () => {
    const app = { origin: 'null', agent: 'an app' };
    let guesses = 0;
    for (const end = Date.now() + 6 * 3_600_000; Date.now() < end; ) {
      guesses += await guessUntilOver({ origin: 'null', agent: 'a browser' });
      const honest = ask('honest', app);
      expect(pairing.pending, `after ${guesses} guesses`).toMatchObject({ name: 'honest' });
      pairing.confirm((await honest.asked).pairing, pairing.pending!.code);
    }
    expect(guesses).toBeGreaterThan(40);
  });

  it('opens the printed link once, for ten minutes', async () => {
    const { launchCodes } = pairing;
    const code = launchCodes.make();
    launchCodes.redeem(code);
    expect(() => launchCodes.redeem(code)).toThrow(/used or is too old/);
    const late = launchCodes.make();
    await later(600);
    expect(() => launchCodes.redeem(late)).toThrow(/too old/);
  });

  describe('beside a source that asks again and again', () => {
    const BROWSER = { origin: 'null', agent: 'a browser' };
    /** Keeps so many requests waiting, and asks anew for each that is over. */
    const besiege = (count: number, asking: Asking) => {
      for (let i = 0; i < count; i++) {
        ask('hostile', { ...asking, onOver: () => setTimeout(() => besiege(1, asking)) });
      }
    };

    it.each([
      ['a program', { origin: PROGRAM }, 2],
      ['a page of Figma', { origin: 'https://www.figma.com' }, 2],
      ['an app with a page without an address', { origin: 'null', agent: 'Figma' }, 2],
      ['a page without an address in the same browser', BROWSER, 201],
    ])('shows the code of %s after a bounded number of turns', async (_, asking, turns) => {
      besiege(200, BROWSER);
      const rightful = ask('rightful', asking);
      const before = shown.length;
      let refused = false;
      rightful.asked.catch(() => {
        refused = true;
      });
      while (!names().includes('rightful') && shown.length < 300) await later(15);
      expect(refused).toBe(false);
      expect(names().slice(before).indexOf('rightful') + 1).toBeLessThanOrEqual(turns);
      const { pairing: id } = await rightful.asked;
      expect(pairing.confirm(id, pairing.pending!.code)).toBe('rightful');
    });

    it('shows it though each of the others guesses: five minutes for each, in its own browser', async () => {
      const guessing = (): void =>
        void ask('hostile', { ...BROWSER, onOver: () => setTimeout(guessing) }).asked.then(
          ({ pairing: id }) => {
            useUp(id);
          },
          ignore,
        );
      for (let i = 0; i < 20; i++) guessing();
      await later(120);
      const start = Date.now();
      ask('rightful', BROWSER);
      for (let i = 0; i < 200 && !names().includes('rightful'); i++) await later(60);
      expect(names()).toContain('rightful');
      expect(Date.now() - start).toBeLessThanOrEqual(21 * 300_000);
    });

    it('shows it soon also where each of the others comes and goes at once', async () => {
      const rightful = ask('rightful', { origin: 'null', agent: 'Figma' });
      rightful.withdraw();
      for (let i = 0; i < 1000; i++) ask('hostile', BROWSER).withdraw();
      besiege(50, BROWSER);
      ask('rightful', { origin: 'null', agent: 'Figma' });
      await later(20 + 45);
      expect(names().slice(1)).toContain('rightful');
    });

    it('gives one requester one place, however often it asks', async () => {
      const requester = {};
      const first = ask('first', { ...BROWSER });
      const refused = ask('greedy', { ...BROWSER, requester });
      ask('greedy', { ...BROWSER, requester });
      await expect(refused.asked).rejects.toMatchObject({
        code: 'PAIRING_BUSY',
        message: expect.stringContaining('The same connection'),
      });
      ask('patient', { ...BROWSER });
      first.withdraw();
      await later(45);
      expect(names()).toEqual(['first', 'greedy', 'patient']);
      await later(45);
      expect(names()).toHaveLength(3);
    });

    it('lets the oldest of the source that has most give way where no place is left', async () => {
      ask('holder');
      const first = ask('hostile', BROWSER);
      besiege(LIMITS.pairings - 2, BROWSER);
      const rightful = ask('rightful', { origin: 'null', agent: 'Figma' });
      ask('one more', { origin: 'null', agent: 'Figma' });
      await expect(first.asked).rejects.toMatchObject({ code: 'PAIRING_BUSY' });
      rightful.withdraw();
    });
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

const ignore = () => {};
