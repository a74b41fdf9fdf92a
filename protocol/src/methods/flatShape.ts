/** @file The options of all methods side by side: on the wire and in a form they are parts of one flat object. */

import * as z from 'zod/mini';
import type { OwnOption, OwnOptions } from './ownOption.ts';

type Methods = Readonly<Record<string, { readonly options: OwnOptions }>>;

/** An option, and the methods that have it. */
export interface OwnedOption {
  readonly option: OwnOption;
  /** Names of methods. */
  readonly owners: readonly string[];
  /** Their default; undefined where they differ. */
  readonly usual: unknown;
}

/** By the option's name, in the order of the table. */
export function ownedOptions(methods: Methods): Readonly<Record<string, OwnedOption>> {
  const owned: Record<string, OwnedOption> = {};
  for (const [method, { options }] of Object.entries(methods)) {
    for (const [name, option] of Object.entries(options)) {
      const before = owned[name] ?? { option, owners: [], usual: option.initial };
      const usual = before.usual === option.initial ? option.initial : undefined;
      owned[name] = { option: before.option, owners: [...before.owners, method], usual };
    }
  }
  return owned;
}

type Together<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type AllOptions<M extends Methods> = Together<M[keyof M]['options']>;
type FlatShape<M extends Methods> = {
  [K in keyof AllOptions<M>]: AllOptions<M>[K] extends OwnOption<infer S> ? z.ZodMiniOptional<S> : never;
};

/**
 * The parts of a flat object. Each may be left out, so that it is known what was asked for. Its description says what
 * happens then, and which methods heed it.
 */
export function flatShape<M extends Methods>(methods: M): FlatShape<M> {
  const parts = Object.entries(ownedOptions(methods)).map(([name, { option, owners, usual }]) => {
    const { description, schema } = option;
    const differing = owners.map((owner) => [owner, methods[owner]!.options[name]!.initial] as const);
    const told =
      usual !== undefined || differing.every(([, initial]) => initial === undefined)
        ? ''
        : `; default: ${differing.map(([owner, initial]) => `${spoken(initial)} for ${owner}`).join(', ')}`;
    const meta = {
      description: `${description} [${owners.join(', ')}]${told}`,
      ...(usual === undefined ? {} : { default: usual }),
    };
    return [name, z.optional(schema).check(z.meta(meta))];
  });
  return Object.fromEntries(parts);
}

const spoken = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
