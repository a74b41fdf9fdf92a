/** @file The plain controls, and what they do to the exact options. */

import {
  EditOptions,
  heededEdit,
  InversionOptions,
  type StyleOptions,
  type WrittenEdit,
  writtenEdit,
  writtenInversion,
} from '@palimpsest/protocol';

/** Every option at its default. */
export const DEFAULT_EDIT: WrittenEdit = writtenEdit(EditOptions.parse({}));

/** Whether a picture is only looked at before it is edited, or learned. */
export type Pace = NonNullable<InversionOptions['mode']>;

/**
 * Denoising steps of each. The quick edit should be there within 10 seconds on 2 cores, which the protocol's 30 steps
 * leave little room for; it is a first look.
 */
const STEPS: Readonly<Record<Pace, number>> = { instant: 20, careful: InversionOptions.parse({}).steps };

/** The learning's iterations take at most this many times as long as the steps of an edit (docs/performance.md). */
const LEARNING_SHARE = 24;

/** The same at another pace; steps that the person has chosen stay. */
export function paced({ method: _, ...inversion }: InversionOptions, pace: Pace): InversionOptions {
  const { mode = 'careful', steps } = inversion;
  return { ...inversion, mode: pace, steps: steps === STEPS[mode] ? STEPS[pace] : steps };
}

export const careful = (inversion: InversionOptions): InversionOptions => paced(inversion, 'careful');

/** The pace of these options; null where a method was chosen in its place. */
export const paceOf = ({ mode = 'careful', method }: InversionOptions): Pace | null =>
  method === undefined ? mode : null;

/** The first edit of a picture is quick; the careful one is offered after it. */
const USUAL_INVERSION = writtenInversion(InversionOptions.parse({}));

export const DEFAULT_INVERSION: InversionOptions = paced(USUAL_INVERSION, 'instant');

/** What these options are at their pace where nobody says otherwise. */
export const usualInversion = (inversion: InversionOptions): InversionOptions =>
  paced(USUAL_INVERSION, paceOf(inversion) ?? 'careful');

/** How long a careful edit takes at most, in seconds, after a quick one whose painting took so long. */
export const carefulSeconds = (inversion: InversionOptions, seconds: number): number =>
  (1 + LEARNING_SHARE) * seconds * (careful(inversion).steps / inversion.steps);

/** A slider from 0 to 1 that stands for one option or two. */
export interface PlainControl {
  readonly name: string;
  readonly low: string;
  readonly high: string;
  readonly options: readonly (keyof EditOptions)[];
  read(edit: WrittenEdit): number;
  write(edit: WrittenEdit, value: number): WrittenEdit;
}

/** tau_c follows tau_s in the proportion of their defaults. */
const LAYOUT_SHARE = DEFAULT_EDIT.tauC / DEFAULT_EDIT.tauS;

export const PLAIN_CONTROLS: readonly PlainControl[] = [
  {
    name: 'Keep structure',
    low: 'free',
    high: 'as it is',
    options: ['tauS', 'tauC'],
    read: ({ tauS }) => tauS,
    write: (edit, value) => ({ ...edit, tauS: value, tauC: rounded(value * LAYOUT_SHARE) }),
  },
  {
    name: 'Keep colours and texture',
    low: 'free',
    high: 'as they are',
    options: ['tauV'],
    read: ({ tauV }) => tauV,
    write: (edit, value) => ({ ...edit, tauV: value }),
  },
  {
    name: 'Freedom of shape',
    low: 'none',
    high: 'much',
    options: ['tauU'],
    read: ({ tauU }) => tauU,
    write: (edit, value) => ({ ...edit, tauU: value }),
  },
];

/** What presets set, and what "weaker" and "stronger" move. */
export const TAUS = ['tauC', 'tauS', 'tauV', 'tauU'] as const;

/** Settings by name, for a start. */
export const PRESETS: readonly { readonly name: string; readonly edit: Partial<WrittenEdit> }[] = [
  { name: 'Gentle', edit: { tauC: 0.7, tauS: 0.95, tauV: 0.8, tauU: 0.3 } },
  { name: 'Balanced', edit: pickTaus(DEFAULT_EDIT) },
  { name: 'Bold', edit: { tauC: 0.4, tauS: 0.5, tauV: 0.3, tauU: 0.7 } },
];

/** The preset that these options are, or null. */
export const presetOf = (edit: EditOptions): string | null =>
  PRESETS.find(({ edit: preset }) => JSON.stringify({ ...edit, ...preset }) === JSON.stringify(edit))?.name ??
  null;

/** The same edit, changing the picture more (`by` above 0) or less, as far as its editor can. */
export function strengthened(edit: EditOptions, by: number): EditOptions {
  const { tauC, tauS, tauV, tauU } = writtenEdit(edit);
  return heededEdit({
    ...edit,
    tauC: rounded(tauC - by),
    tauS: rounded(tauS - by),
    tauV: rounded(tauV - by),
    tauU: rounded(tauU + by / 2),
  });
}

/** The same for a style transfer: more style, sooner, and less of the content's shapes. */
export const moreStyle = (options: StyleOptions, by: number): StyleOptions => ({
  ...options,
  styleStrength: rounded(options.styleStrength + by),
  styleAfter: rounded(options.styleAfter - by),
  contentStrength: rounded(options.contentStrength - by),
});

function pickTaus({ tauC, tauS, tauV, tauU }: WrittenEdit): Partial<WrittenEdit> {
  return { tauC, tauS, tauV, tauU };
}

/** Between 0 and 1, without the noise of binary fractions. */
const rounded = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 100) / 100;
