/** What is marked in the editor bounds the change, and nothing has to be said for it. */

import { writeMemory } from '@palimpsest/sdk';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { IMAGE, orderOf, RESULT } from './fakeDaemon.ts';
import { type OpenModel, openModel, settled } from './openModel.ts';

let open: OpenModel;
beforeEach(async () => {
  open = await openModel();
});
afterEach(() => open.close());

const AREA = { x: 1, y: 1, width: 3, height: 2 };
const masking = () => open.model.draft.masking.value;

it('bounds the change when something is marked, and not when nothing is any more', async () => {
  await open.hands.selectArea(open.a, AREA);
  expect(masking()).toBe('selection');
  await open.hands.selectArea(open.a, null);
  expect(masking()).toBe('none');
});

it('leaves a word that bounds the change in its place when a mark goes', async () => {
  open.model.draft.masking.value = 'word';
  await open.hands.selectArea(open.a, null);
  expect(masking()).toBe('word');
});

it('bounds the change also where an earlier edit is opened that had no bounds', async () => {
  const { hands, host, model, b } = open;
  const recipe = { order: orderOf('a tiger'), image: IMAGE, result: RESULT, seconds: 1, madeAt: 1 };
  await host.remember(b, writeMemory({ version: 1, history: [recipe] }));
  await hands.selectArea(b, AREA);
  await hands.select([b]);
  await settled();
  expect(model.draft.target.value).toBe('a tiger');
  expect(masking()).toBe('selection');
});

it('bounds an edit by what was marked just before the button was pressed, where the editor tells it late', async () => {
  const { hands, host, model, a } = open;
  const right = host.selection.bind(host);
  host.selection = async () => {
    await hands.selectArea(a, AREA);
    return right();
  };
  model.draft.takeWords({ source: 'a dog', target: 'a tiger' });
  await model.submit();
  expect(model.edits.entries.value.map(({ order }) => 'masking' in order && order.masking)).toEqual([
    'selection',
  ]);
});
