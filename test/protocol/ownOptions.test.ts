/** Methods' own options in one flat object: of each name there is one, whatever declares it. */

import {
  EDIT_METHODS,
  EditOptions,
  INVERSION_METHODS,
  InversionOptions,
  type OwnOptions,
  type StyleOptions,
} from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { flatShape, ownedOptions } from '../../protocol/src/methods/flatShape.ts';
import { option, share } from '../../protocol/src/methods/ownOption.ts';

const number = z.number();
const strength = option('Strength', 'how much', number, 1);

describe('an option that two methods have', () => {
  it('may have another default in each, and programs are told of both', () => {
    const other = option('Strength', 'how much', number, 2);
    const shape = flatShape({ one: { options: { strength } }, two: { options: { strength: other } } });
    expect(z.toJSONSchema(z.object(shape)).properties?.strength).toMatchObject({
      type: 'number',
      'x-defaults': { one: 1, two: 2 },
    });
    const lists = [1, 2].map(() => option('List', 'a list', z.array(z.string()), [] as string[]));
    const [first, second] = [lists[0]!, { ...lists[1]!, schema: lists[0]!.schema }];
    expect(
      ownedOptions({ one: { options: { first } }, two: { options: { first: second } } }).first!.usual,
    ).toEqual([]);
  });

  it('has one type: the compiler refuses another, and so does the table', () => {
    const choice = option('Strength', 'how much', z.enum(['little', 'much']), 'much');
    const methods = { one: { options: { strength } }, two: { options: { strength: choice } } };
    // @ts-expect-error
    expect(() => flatShape(methods)).toThrow(
      'Two methods have an option "strength", and not the same: one, two',
    );
  });

  it.each([
    ['range', option('Strength', 'how much', z.number().check(z.minimum(0)), 1)],
    ['title', option('Force', 'how much', number, 1)],
    ['description', option('Strength', 'how strong', number, 1)],
    ['sort', { ...strength, isGate: true }],
  ])('has one %s', (_, other) => {
    const methods = { one: { options: { strength } }, two: { options: { strength: other } } };
    expect(() => flatShape(methods)).toThrow('Two methods have an option "strength"');
  });
});

it.each([
  ['inversions', INVERSION_METHODS, InversionOptions.shape],
  ['editors', EDIT_METHODS, EditOptions.shape],
])('no option of every method takes the place of one of %s', (_, methods, shape) => {
  for (const { options } of Object.values<{ readonly options: OwnOptions }>(methods)) {
    for (const [name, { schema }] of Object.entries(options)) {
      const part = (shape as Readonly<Record<string, z.ZodMiniType>>)[name];
      expect(part instanceof z.ZodMiniOptional && part._zod.def.innerType === schema, name).toBe(true);
    }
  }
});

it('no two sorts of options have a name in common, by which doors know them', () => {
  type Twice =
    | (keyof EditOptions & keyof InversionOptions)
    | (keyof StyleOptions & (keyof EditOptions | keyof InversionOptions));
  const none: [Twice] extends [never] ? true : Twice = true;
  expect(none).toBe(true);
  expect(share('A', 'a', 0).schema).toBe(share('B', 'b', 1).schema);
});
