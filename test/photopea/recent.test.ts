/** What the host keeps of edits that are under way. */

import { expect, it } from 'vitest';
import { Recent } from '../../plugins/photopea/src/recent.ts';

const any = () => true;

it('forgets the oldest where there is no room, and what it is told to', () => {
  const recent = new Recent<string>(10);
  for (const name of ['a', 'b', 'c']) recent.add(name, 4);
  expect(recent.all(any)).toEqual(['c', 'b']);
  recent.forget((name) => name === 'b');
  recent.add('d', 4);
  expect(recent.all(any)).toEqual(['d', 'c']);
});

it('keeps the newest, however large', () => {
  const recent = new Recent<string>(10);
  for (const name of ['a', 'b']) recent.add(name, 40);
  expect(recent.all(any)).toEqual(['b']);
});
