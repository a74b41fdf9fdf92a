/** @file An option that belongs to methods: declared with them, and part of one flat object on the wire. */

import * as z from 'zod/mini';

export interface OwnOption<Schema extends z.ZodMiniType = z.ZodMiniType, Initial = unknown> {
  /** What a form calls it. */
  readonly title: string;
  /** One line that a designer understands, without range and default. */
  readonly description: string;
  readonly schema: Schema;
  /** The method's default; undefined where there is none, or where it depends on the model. */
  readonly initial: Initial;
  /** Whether it is a part of the steps at which something opens or closes. */
  readonly isGate: boolean;
}

/** The options of one method, by name. */
export type OwnOptions = Readonly<Record<string, OwnOption>>;

/** The values of those options, once the method's own defaults are filled in. */
export type OwnValues<O extends OwnOptions> = {
  readonly [K in keyof O as undefined extends O[K]['initial'] ? never : K]: z.output<O[K]['schema']>;
} & {
  readonly [K in keyof O as undefined extends O[K]['initial'] ? K : never]?:
    | z.output<O[K]['schema']>
    | undefined;
};

export function option<S extends z.ZodMiniType>(
  title: string,
  description: string,
  schema: S,
): OwnOption<S, undefined>;
export function option<S extends z.ZodMiniType>(
  title: string,
  description: string,
  schema: S,
  initial: z.output<S>,
): OwnOption<S, z.output<S>>;
export function option(
  title: string,
  description: string,
  schema: z.ZodMiniType,
  initial?: unknown,
): OwnOption {
  return { title, description, schema, initial, isGate: false };
}

const Share = z.number().check(z.minimum(0), z.maximum(1));

/** A number from 0 to 1. */
export const share = (title: string, description: string, initial: number) =>
  option(title, description, Share, initial);

/** A part of the steps, counted from the noisiest, at which something opens or closes. */
export const gate = (title: string, description: string, initial: number) => ({
  ...share(title, description, initial),
  isGate: true,
});

/** A method's options with its own defaults filled in; options of other methods are dropped. */
export function ownValues<O extends OwnOptions>(options: O, given: object): OwnValues<O> {
  const values: Readonly<Record<string, unknown>> = { ...given };
  const filled = Object.entries(options).map(([name, { initial }]) => [name, values[name] ?? initial]);
  return Object.fromEntries(filled.filter(([, value]) => value !== undefined));
}
