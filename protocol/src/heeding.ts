/**
 * @file Options that the chosen method does not heed. Every door refuses them by name; requests that were kept before doors
 * did so lose them.
 */

import * as z from 'zod/mini';
import { EDIT_METHODS } from './methods/editors/index.ts';
import type { OwnedOption } from './methods/flatShape.ts';
import { INVERSION_METHODS } from './methods/inversions/index.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import type { OwnOptions } from './methods/ownOption.ts';
import { EditOptions, InversionOptions, inversionMethodOf } from './options.ts';

/** Methods among which some options choose. */
interface Choice<O> {
  readonly of: 'method' | 'editor';
  readonly owned: Readonly<Record<string, OwnedOption>>;
  readonly chosen: (options: O) => { readonly title: string; readonly options: OwnOptions };
}

const INVERSION: Choice<Pick<InversionOptions, 'mode' | 'method'>> = {
  of: 'method',
  owned: OF_INVERSIONS,
  chosen: (options) => INVERSION_METHODS[inversionMethodOf(options)],
};
const EDITOR: Choice<Pick<EditOptions, 'editor'>> = {
  of: 'editor',
  owned: OF_EDITORS,
  chosen: ({ editor }) => EDIT_METHODS[editor],
};

/** Names of the options that are given and belong to other methods. */
function unheeded<O extends object>({ owned, chosen }: Choice<O>, options: O): string[] {
  const own = chosen(options).options;
  return Object.entries(options)
    .filter(([name, value]) => value !== undefined && name in owned && !(name in own))
    .map(([name]) => name);
}

function without<O extends object>(options: O, names: readonly string[]): O {
  return Object.fromEntries(Object.entries(options).filter(([name]) => !names.includes(name))) as O;
}

const heeded =
  <O extends object>(choice: Choice<O>) =>
  <T extends O>(options: T): T =>
    without(options, unheeded(choice, options));

/** The options without those that the chosen method does not heed. */
export const heededInversion = heeded(INVERSION);
export const heededEdit = heeded(EDITOR);

/** @param also what is asked for without being among the options. */
const refuse = <O extends object>(choice: Choice<O>, also: readonly string[] = []) =>
  z.superRefine<O>((options, context) => {
    const asked = { ...Object.fromEntries(also.map((name) => [name, true])), ...options };
    for (const name of unheeded(choice, asked)) {
      const owners = choice.owned[name]!.owners.join(' or ');
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `${choice.chosen(options).title} does not heed it: leave it out, or choose the ${choice.of} ${owners}`,
      });
    }
  });

/** Programs of version 0.1.0 write out every option: one at its usual value is no wish. */
const forgetUsual = <O extends object>(choice: Choice<O>) =>
  z.overwrite<O>((options) => {
    const isUsual = (name: string) =>
      JSON.stringify(options[name as keyof O]) === JSON.stringify(choice.owned[name]!.usual);
    return without(options, unheeded(choice, options).filter(isUsual));
  });

/** What a person has given one by one: an option that is not heeded is refused whatever its value. */
export const GivenInversion = InversionOptions.check(refuse(INVERSION));
export const GivenEdit = EditOptions.check(refuse(EDITOR));

/**
 * Checks of an edit's options that a program asks for.
 *
 * @param also options that it asks for in another way.
 */
export const checksOfAskedEdit = (also: readonly string[] = []) =>
  [forgetUsual(EDITOR), refuse(EDITOR, also)] as const;

/** What a program asks for. */
export const AskedInversion = InversionOptions.check(forgetUsual(INVERSION), refuse(INVERSION));
export const AskedEdit = EditOptions.check(...checksOfAskedEdit());

/** What was asked for once, perhaps before anything was refused. */
export const KeptInversion = InversionOptions.check(z.overwrite(heededInversion));
export const KeptEdit = EditOptions.check(z.overwrite(heededEdit));
