/** @file The words of the world: every attribute that a scene has and a caption can name. */

/** Object kinds, each drawn by a function in `objects/`. */
export const KINDS = [
  'house',
  'tent',
  'tree',
  'lighthouse',
  'car',
  'bicycle',
  'boat',
  'cat',
  'dog',
  'rabbit',
  'fish',
  'bird',
  'star',
  'ball',
  'cup',
  'flower',
  'mushroom',
  'umbrella',
] as const;
export type Kind = (typeof KINDS)[number];

/** Colours of an object's main part. */
export const COLOURS = ['red', 'orange', 'yellow', 'green', 'blue', 'purple', 'pink', 'white'] as const;
export type Colour = (typeof COLOURS)[number];

/** Patterns of an object's main part. */
export const PATTERNS = ['plain', 'striped', 'dotted', 'checked'] as const;
export type Pattern = (typeof PATTERNS)[number];

/** Places in which the objects stand. */
export const SETTINGS = ['meadow', 'beach', 'night', 'room', 'snow', 'desert', 'forest'] as const;
export type Setting = (typeof SETTINGS)[number];

/** Styles: they change texture, never layout. */
export const STYLES = ['flat', 'watercolor', 'pencil', 'mosaic', 'clay'] as const;
export type Style = (typeof STYLES)[number];

/** Sizes, as captions name them; `medium` is never named. */
export const SIZES = ['small', 'medium', 'big'] as const;
export type Size = (typeof SIZES)[number];

/** Horizontal places of an object. */
export const PLACES = ['left', 'middle', 'right'] as const;
export type Place = (typeof PLACES)[number];

/** The three tones of a colour: the fill, its outline, and the other tone of its patterns. */
export interface Tones {
  readonly base: string;
  readonly dark: string;
  readonly light: string;
}

/** Tones of each colour. */
export const TONES: Readonly<Record<Colour, Tones>> = {
  red: { base: '#dc2a2a', dark: '#6d0f18', light: '#ffcdc2' },
  orange: { base: '#f5820f', dark: '#823a02', light: '#ffe6bd' },
  yellow: { base: '#f8cd16', dark: '#7d5a02', light: '#fffae0' },
  green: { base: '#2f9c42', dark: '#0d4220', light: '#c9f0ae' },
  blue: { base: '#2b63d9', dark: '#0c2668', light: '#bcdcff' },
  purple: { base: '#8436c4', dark: '#3a0e60', light: '#e3c6fb' },
  pink: { base: '#f871b4', dark: '#8f1f5f', light: '#ffe3f1' },
  white: { base: '#f7f6f1', dark: '#565d6e', light: '#8795ae' },
};
