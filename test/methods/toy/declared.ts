/** The protocol's files of a toy inversion and a toy editor, as any method has one. */

import * as z from 'zod/mini';
import { inversionMethod } from '../../../protocol/src/methods/declare.ts';
import { editMethod } from '../../../protocol/src/methods/declareEditor.ts';
import { gate, option } from '../../../protocol/src/methods/ownOption.ts';

export const toyWalk = inversionMethod({
  title: 'Toy walk',
  citation: 'Nobody: A Walk, 2020',
  options: {
    toyDepth: option(
      'Depth of the toy',
      'how deep the toy walks',
      z.int().check(z.minimum(1), z.maximum(9)),
      4,
    ),
  },
});

export const toyBrush = editMethod({
  title: 'Toy brush',
  citation: 'Nobody: A Brush, 2021',
  options: {
    toyUntil: gate('Brush until', 'the part of the steps with the brush', 0.25),
    toyColour: option('Colour of the toy', 'what the brush paints with', z.enum(['red', 'blue'])),
  },
});
