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

/**
 * By the option's name, in the order of the table.
 *
 * @throws where two methods have an option of one name that differs in more than its default.
 */
export function ownedOptions(methods: Methods): Readonly<Record<string, OwnedOption>> {
  const owned: Record<string, OwnedOption> = {};
  for (const [method, { options }] of Object.entries(methods)) {
    for (const [name, option] of Object.entries(options)) {
      const before = owned[name] ?? { option, owners: [], usual: option.initial };
      const owners = [...before.owners, method];
      if (!isAlike(before.option, option))
        throw new Error(`Two methods have an option "${name}", and not the same: ${owners.join(', ')}`);
      const isSame = JSON.stringify(before.usual) === JSON.stringify(option.initial);
      owned[name] = { option: before.option, owners, usual: isSame ? option.initial : undefined };
    }
  }
  return owned;
}

/** Schemas are the same only as one object: nothing else tells whether two of them take the same. */
const isAlike = (a: OwnOption, b: OwnOption): boolean =>
  a.title === b.title && a.description === b.description && a.schema === b.schema && a.isGate === b.isGate;

type Together<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void ? I : never;
type AllOptions<M extends Methods> = Together<M[keyof M]['options']>;
type SchemasOf<U, K extends PropertyKey> = U extends { readonly [P in K]: OwnOption<infer S> } ? S : never;
/** Names of options that have different types in different methods. */
type Clashing<M extends Methods> = {
  [K in keyof AllOptions<M>]: [SchemasOf<M[keyof M]['options'], K>] extends [
    Together<SchemasOf<M[keyof M]['options'], K>>,
  ]
    ? never
    : K;
}[keyof AllOptions<M>];
type FlatShape<M extends Methods> = {
  [K in keyof AllOptions<M>]: AllOptions<M>[K] extends OwnOption<infer S> ? z.ZodMiniOptional<S> : never;
};

/**
 * The parts of a flat object; methods whose options clash do not compile. Each may be left out, so that it is known what
 * was asked for. Its description says what happens then, and which methods heed it.
 */
export function flatShape<M extends Methods>(
  methods: M & ([Clashing<M>] extends [never] ? unknown : { readonly clashing: Clashing<M> }),
): FlatShape<M> {
  const parts = Object.entries(ownedOptions(methods)).map(([name, { option, owners, usual }]) => {
    const { description, schema } = option;
    const differing = owners.map((owner) => [owner, methods[owner]!.options[name]!.initial] as const);
    const told =
      usual !== undefined || differing.every(([, initial]) => initial === undefined)
        ? ''
        : `; default: ${differing.map(([owner, initial]) => `${spoken(initial)} for ${owner}`).join(', ')}`;
    const meta = {
      description: `${description} [${owners.join(', ')}]${told}`,
      ...(usual === undefined ? defaultsOf(differing) : { default: usual }),
    };
    return [name, z.optional(schema).check(z.meta(meta))];
  });
  return Object.fromEntries(parts);
}

/** What a schema has no word of its own for: the default of each method. */
function defaultsOf(differing: readonly (readonly [owner: string, initial: unknown])[]): object {
  const given = differing.filter(([, initial]) => initial !== undefined);
  return given.length === 0 ? {} : { 'x-defaults': Object.fromEntries(given) };
}

const spoken = (value: unknown): string =>
  typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
