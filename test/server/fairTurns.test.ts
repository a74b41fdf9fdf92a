/** Turns at the engine: one at a time, clients in turn, and nobody's place is lost when another leaves. */

import { describe, expect, it } from 'vitest';
import { FairTurns } from '../../daemon/src/server/fairTurns.ts';

const never = new AbortController().signal;

/** Work that is under way until it is let go. */
function work(turns: FairTurns, client: string, done: string[], signal = never) {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  const taken = turns.take(client, signal, async () => {
    done.push(client);
    await held;
  });
  return { taken, letGo };
}

describe('work at the engine', () => {
  it('goes on with the others when who waits leaves', async () => {
    const turns = new FairTurns(2);
    const done: string[] = [];
    const first = work(turns, 'a', done);
    const leaving = new AbortController();
    const left = work(turns, 'b', done, leaving.signal);
    const stays = work(turns, 'b', done);
    const last = work(turns, 'c', done);
    leaving.abort(new Error('gone'));
    await expect(left.taken).rejects.toThrow('gone');
    for (const { taken, letGo } of [first, stays, last]) {
      letGo();
      await taken;
    }
    expect(done).toEqual(['a', 'b', 'c']);
  });

  it('gives a place back when who waits for it leaves', async () => {
    const turns = new FairTurns(1);
    const first = work(turns, 'a', []);
    const leaving = new AbortController();
    const left = work(turns, 'b', [], leaving.signal);
    await expect(turns.take('b', never, async () => 1)).rejects.toMatchObject({ code: 'RATE_LIMITED' });
    leaving.abort(new Error('gone'));
    await expect(left.taken).rejects.toThrow('gone');
    first.letGo();
    await first.taken;
    expect(await turns.take('b', never, async () => 1)).toBe(1);
  });

  it('passes the turn on when who would have got it leaves at that moment', async () => {
    const turns = new FairTurns(1);
    const leaving = new AbortController();
    const done: string[] = [];
    const first = turns.take('a', never, async () => leaving.abort(new Error('gone')));
    const left = work(turns, 'b', done, leaving.signal);
    await expect(left.taken).rejects.toThrow('gone');
    await first;
    expect(await turns.take('c', never, async () => 1)).toBe(1);
    expect(done).toEqual([]);
  });
});
