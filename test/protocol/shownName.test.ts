/** Names that others have chosen, in lines for people. */

import { shownName } from '@palimpsest/protocol';
import { expect, it } from 'vitest';

it.each([
  ['Palimpsest in Figma', 'Palimpsest in Figma'],
  ['אבג', '\u2068אבג\u2069'],
  ['Ägypten', '\u2068Ägypten\u2069'],
  // What ends an isolate, or begins an override, would be heard beyond the name.
  ['a\u2069\u202eb', 'ab'],
  ['א\u2069\u202e\u200f\u061cb', '\u2068אb\u2069'],
  ['\u001b[31mred', '[31mred'],
])('%j is shown as %j', (name, shown) => {
  expect(shownName(name)).toBe(shown);
});
