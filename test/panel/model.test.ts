/** What the panel makes of a selection that changes while the person types and edits. */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenModel, openModel, settled } from './openModel.ts';

let open: OpenModel;
beforeEach(async () => {
  open = await openModel();
});
afterEach(() => open.close());

function type(source: string, target: string): void {
  const { draft } = open.model;
  draft.source.value = source;
  draft.target.value = target;
}
const typed = () => [open.model.draft.source.value, open.model.draft.target.value];

describe('words that have just been typed', () => {
  const WORDS = { source: 'a dog on a carpet', target: 'a tiger on a carpet' };
  beforeEach(() => type(WORDS.source, WORDS.target));

  it('stay with their layer when another one is selected', async () => {
    const { hands, a, b, kept } = open;
    await hands.select([b]);
    await settled();
    expect(typed()).toEqual(['', '']);
    expect(await kept(a)).toEqual(WORDS);
    await hands.select([a]);
    await settled();
    expect(typed()).toEqual([WORDS.source, WORDS.target]);
  });

  it('stay with their layer when nothing is selected', async () => {
    await open.hands.select([]);
    await settled();
    expect(await open.kept(open.a)).toEqual(WORDS);
  });

  it('are kept when the panel is closed', async () => {
    open.close();
    await expect.poll(() => open.kept(open.a), { timeout: 200 }).toEqual(WORDS);
  });

  it('are kept when typing rests', async () => {
    await expect.poll(() => open.kept(open.a), { timeout: 1500 }).toEqual(WORDS);
  });
});
