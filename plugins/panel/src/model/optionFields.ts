/**
 * @file Options as fields of a form, made from the protocol's schemas: ranges, choices, defaults and descriptions are
 * written down there only.
 */

import { OF_EDITORS, OF_INVERSIONS, OPTION_TITLES, type OptionName } from '@palimpsest/protocol';
import * as z from 'zod/mini';

interface Described {
  readonly key: string;
  /** For people. */
  readonly title: string;
  /** As the paper and the scripts write it: tau_c. */
  readonly name: string;
  /** Without its default, which the field itself shows. */
  readonly description: string;
}

export type OptionField = Described &
  (
    | { readonly type: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
    | { readonly type: 'choice'; readonly choices: readonly string[] }
    | { readonly type: 'flag' }
  ) & {
    /** Where nothing is given; undefined where that depends on other options. */
    readonly initial: unknown;
  };

/** A field for each option that is a number, a choice or a flag; the others have a form of their own. */
export function optionFields(schema: z.ZodMiniObject): readonly OptionField[] {
  return Object.entries(schema.shape).flatMap(([key, option]) => fieldOf(key, option) ?? []);
}

function fieldOf(key: string, option: z.core.$ZodType): OptionField | null {
  const withDefault = option instanceof z.ZodMiniDefault;
  const inner = withDefault || option instanceof z.ZodMiniOptional ? option._zod.def.innerType : option;
  // Whose option it is, the form shows by having it.
  const owned = OF_EDITORS[key] ?? OF_INVERSIONS[key];
  const described = {
    key,
    title: OPTION_TITLES[key as OptionName],
    name: key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    description: (owned?.option.description ?? z.globalRegistry.get(option)?.description ?? '').replace(
      /[,;]? ?default: .*$/,
      '',
    ),
    initial: withDefault ? option._zod.def.defaultValue : owned?.usual,
  };
  if (inner instanceof z.ZodMiniNumber) {
    return { ...described, ...rangeOf(inner), type: 'number', whole: inner instanceof z.ZodMiniNumberFormat };
  }
  if (inner instanceof z.ZodMiniEnum) {
    return { ...described, type: 'choice', choices: Object.values(inner._zod.def.entries).map(String) };
  }
  return inner instanceof z.ZodMiniBoolean ? { ...described, type: 'flag' } : null;
}

/** The bounds of a number; infinite where it has none. */
export function rangeOf({ _zod: { def } }: z.ZodMiniNumber): { readonly min: number; readonly max: number } {
  let [min, max] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const { _zod: check } of def.checks ?? []) {
    // By name: the classes of checks are reached only through a namespace that would bring all of zod along.
    const { check: name, value } = check.def as z.core.$ZodCheckGreaterThanDef | z.core.$ZodCheckLessThanDef;
    if (name === 'greater_than') min = Number(value);
    if (name === 'less_than') max = Number(value);
  }
  return { min, max };
}
