/** @file The words of the world: every attribute that a scene has and a caption can name. */

/** Object kinds, each drawn by one file in `objects/`. */
export const KINDS = [
  'house',
  'tree',
  'car',
  'boat',
  'cat',
  'dog',
  'fish',
  'bird',
  'star',
  'ball',
  'cup',
  'flower',
  'mushroom',
] as const;
export type Kind = (typeof KINDS)[number];

/** Colours of an object's main part. */
export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'white'] as const;
export type Colour = (typeof COLOURS)[number];

/** Patterns of an object's main part. */
export const PATTERNS = ['plain', 'striped', 'dotted'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Places in which the objects stand. */
export const SETTINGS = ['meadow', 'beach', 'night', 'room', 'snow', 'desert'] as const;
export type Setting = (typeof SETTINGS)[number];

/** Styles: they change texture, never layout. */
export const STYLES = ['flat', 'watercolor', 'pencil', 'pixel', 'mosaic'] as const;
export type Style = (typeof STYLES)[number];

/** Sizes, as captions name them; `medium` is never named. */
export const SIZES = ['small', 'medium', 'big'] as const;
export type Size = (typeof SIZES)[number];

/** Horizontal places of an object. */
export const PLACES = ['left', 'middle', 'right'] as const;
export type Place = (typeof PLACES)[number];

/** The three tones of a colour: the fill, its shadow and outline, its highlight and pattern. */
export interface Tones {
  readonly base: string;
  readonly dark: string;
  readonly light: string;
}

/** Tones of each colour. */
export const TONES: Readonly<Record<Colour, Tones>> = {
  red: { base: '#e02b2b', dark: '#7d1016', light: '#ff8d83' },
  orange: { base: '#f98a13', dark: '#8f4300', light: '#ffc987' },
  yellow: { base: '#fadb1e', dark: '#8f6d00', light: '#fff6ae' },
  green: { base: '#2f9e3f', dark: '#0f4a1d', light: '#9fe08f' },
  blue: { base: '#2a66e0', dark: '#0d2a73', light: '#9cc3ff' },
  purple: { base: '#8b35c9', dark: '#42106a', light: '#d3a3f5' },
  pink: { base: '#ff78bd', dark: '#a0256b', light: '#ffd3ea' },
  white: { base: '#fbfbf7', dark: '#6b6f7a', light: '#b9bfca' },
};
