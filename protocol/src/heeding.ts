/**
 * @file Options that change nothing as things stand: those of another method, and those that lack what they act through.
 * Every door refuses them by name; from what was kept before doors did so they are left out.
 *
 * A seed is refused nowhere: scripts give one to every method, whether it draws something at random or not. Programs of
 * version 0.1.0 write out every option, so that an option at its usual value is no wish.
 */

import * as z from 'zod/mini';
import { contradictionsIn } from './contradictions.ts';
import { type Chosen, lackOf, type Need, type Part } from './lackOf.ts';
import { EDIT_METHODS } from './methods/editors/index.ts';
import type { OwnedOption } from './methods/flatShape.ts';
import { INVERSION_METHODS } from './methods/inversions/index.ts';
import { OF_EDITORS, OF_INVERSIONS } from './methods/owned.ts';
import type { OwnOptions } from './methods/ownOption.ts';
import {
  EditOptions,
  InversionOptions,
  inversionMethodOf,
  type OptionName,
  StyleOptions,
} from './options.ts';
import { named, oneOf, render, type Sentence, sentence, telling } from './sentence.ts';

/** Needs that an option may lack at every door. */
type Refused = Exclude<Need, 'chance'>;

/** What an option lacks for which it is refused; null where it is not. */
export function refusedFor(option: OptionName, chosen: Chosen): Refused | null {
  const lack = lackOf(option, chosen);
  return lack === 'chance' ? null : lack;
}

/** What an option lacks that belongs to no other method. */
export type SharedNeed = Exclude<Refused, 'editor' | 'inversion'>;

/** In words that name no control of any client. */
const WITHOUT: Readonly<Record<SharedNeed, Sentence>> = {
  keep: sentence`does nothing with keep nothing: choose another, or leave it out`,
  mask: sentence`does nothing without a mask: give one, or leave it out`,
  edge: sentence`does nothing where neither a mask nor blend bounds the change: give one, or leave it out`,
  blend: sentence`does nothing without blend: give that too, or leave it out`,
  subtract: sentence`does nothing without subtract: give that too, or leave it out`,
  norm: sentence`does nothing with proximalNorm none: choose another, or leave it out`,
  bothWords: sentence`does nothing unless both pictures' words draw: set words to both, or leave it out`,
  learning: sentence`does nothing where the inversion learns nothing for the words: leave it out, or choose the method ${{ choices: oneOf(Object.keys(INVERSION_METHODS).filter((name) => INVERSION_METHODS[name as keyof typeof INVERSION_METHODS].learnsWords)) }}`,
};

/** Why an option of another method is refused; what belongs to methods, whoever asks. */
export function notHeeded(
  option: OptionName,
  lack: 'editor' | 'inversion',
  { inversion, edit }: Chosen,
): Sentence {
  if (lack === 'editor' && edit !== undefined) {
    const editor = named(edit.editor, EDIT_METHODS[edit.editor].title);
    const choices = oneOf(OF_EDITORS[option]?.owners ?? []);
    return sentence`${{ editor }} does not heed it: leave it out, or choose the editor ${{ choices }}`;
  }
  const name = inversionMethodOf(inversion);
  const method = named(name, INVERSION_METHODS[name].title);
  const choices = oneOf(OF_INVERSIONS[option]?.owners ?? []);
  return sentence`${{ method }} does not heed it: leave it out, or choose the method ${{ choices }}`;
}

/** An option that is refused, and why. */
interface Fault {
  readonly part: Part;
  readonly option: OptionName;
  readonly sentence: Sentence;
}

const DEFAULTS: Readonly<Record<string, unknown>> = {
  ...InversionOptions.parse({}),
  ...EditOptions.parse({}),
  ...StyleOptions.parse({}),
};

const usualOf = (option: string): unknown =>
  (OF_EDITORS[option] ?? OF_INVERSIONS[option])?.usual ?? DEFAULTS[option];

const isUsual = (option: string, value: unknown): boolean =>
  JSON.stringify(value) === JSON.stringify(usualOf(option));

/** The parts of what is chosen that hold options. */
const partsOf = ({ inversion, edit, style }: Chosen) =>
  Object.entries({ inversion, edit: edit ?? {}, style: style ?? {} } satisfies Record<Part, object>) as [
    Part,
    object,
  ][];

/** What is given and changes nothing, beyond usual values. */
const idleIn = (chosen: Chosen) =>
  partsOf(chosen).flatMap(([part, options]) =>
    Object.entries(options).flatMap(([name, value]) => {
      const option = name as OptionName;
      const lack = refusedFor(option, chosen);
      return lack === null || value === undefined || isUsual(name, value) ? [] : [{ part, option, lack }];
    }),
  );

/** Everything for which what is chosen is refused. */
export const faultsOf = (chosen: Chosen): Fault[] => [
  ...contradictionsIn(chosen),
  ...idleIn(chosen).map(({ part, option, lack }) => {
    const told = lack === 'editor' || lack === 'inversion' ? notHeeded(option, lack, chosen) : WITHOUT[lack];
    return { part, option, sentence: telling(told, { option, needs: lack }) };
  }),
];

/** What a request chooses, and where its params have each part. */
export interface Asked {
  readonly chosen: Chosen;
  readonly places: Readonly<Partial<Record<Part, string>>>;
}

/** The check of a method's params. Each issue has its sentence in `params.sentence`. */
export const refuseFaults = <P>(read: (params: P) => Asked | null) =>
  z.superRefine<P>((params, context) => {
    const asked = read(params);
    for (const { part, option, sentence } of asked === null ? [] : faultsOf(asked.chosen)) {
      context.addIssue({
        code: 'custom',
        path: [asked?.places[part] ?? part, option],
        message: render(sentence, 'outside'),
        params: { sentence },
      });
    }
  });

/** The same choice without what changes nothing in it: of a form, or of what was kept. */
export function withoutIdle<C extends Chosen>(chosen: C): C {
  const idle = idleIn(chosen);
  const kept = partsOf(chosen).map(([part, options]) => {
    const names = idle.filter((one) => one.part === part).map(({ option }) => option as string);
    // What cannot be left out goes back to its usual value.
    const back = Object.fromEntries(
      names.filter((name) => name in DEFAULTS).map((name) => [name, usualOf(name)]),
    );
    return [part, { ...without(options, names), ...back }] as const;
  });
  return { ...chosen, ...Object.fromEntries(kept.filter(([part]) => chosen[part] !== undefined)) };
}

/** Methods among which some options choose. */
interface Choice<O> {
  readonly owned: Readonly<Record<string, OwnedOption>>;
  readonly ownOptions: (options: O) => OwnOptions;
}

const INVERSION: Choice<Pick<InversionOptions, 'mode' | 'method'>> = {
  owned: OF_INVERSIONS,
  ownOptions: (options) => INVERSION_METHODS[inversionMethodOf(options)].options,
};
const EDITOR: Choice<Pick<EditOptions, 'editor'>> = {
  owned: OF_EDITORS,
  ownOptions: ({ editor }) => EDIT_METHODS[editor].options,
};

/** Names of the options that are given and belong to other methods. */
function unheeded<O extends object>({ owned, ownOptions }: Choice<O>, options: O): string[] {
  const own = ownOptions(options);
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

/** What programs write out without meaning it. */
const forgetUsual = <O extends object>(choice: Choice<O>) =>
  z.overwrite<O>((options) =>
    without(
      options,
      unheeded(choice, options).filter((name) => isUsual(name, options[name as keyof O])),
    ),
  );

/** What a program asks for. What of it changes nothing is refused with the whole request (`refuseFaults`). */
export const AskedInversion = InversionOptions.check(forgetUsual(INVERSION));
export const forgetUsualEdit = forgetUsual(EDITOR);
export const AskedEdit = EditOptions.check(forgetUsualEdit);

/** What was asked for once, perhaps before anything was refused. */
export const KeptInversion = InversionOptions.check(z.overwrite(heededInversion));
export const KeptEdit = EditOptions.check(z.overwrite(heededEdit));
