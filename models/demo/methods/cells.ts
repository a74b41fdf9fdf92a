/** @file What is measured: editors on the inversions that people would combine them with, and style transfer. */

import type { EditOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';

export interface Cell {
  readonly inversion: NonNullable<InversionOptions['method']>;
  readonly editor: EditOptions['editor'];
  /** Beside the inversion's and the editor's own defaults. */
  readonly options?: Partial<InversionOptions>;
  /** What the row says beside the two names. */
  readonly note?: string;
}

/** The rows of the table and the tiles of the contact sheet, in their order. */
export const CELLS: readonly Cell[] = [
  { inversion: 'styleDiffusion', editor: 'p2plus' },
  { inversion: 'styleDiffusion', editor: 'p2p' },
  { inversion: 'styleDiffusion', editor: 'p2plus', options: { recipe: 'paper' }, note: "the paper's recipe" },
  {
    inversion: 'styleDiffusion',
    editor: 'p2plus',
    options: { attentionLoss: false },
    note: 'no attention loss',
  },
  { inversion: 'styleDiffusion', editor: 'p2plus', options: { learn: 'keys' }, note: 'keys learned' },
  { inversion: 'styleDiffusion', editor: 'p2plus', options: { learn: 'both' }, note: 'both learned' },
  {
    inversion: 'styleDiffusion',
    editor: 'p2plus',
    options: { learn: 'valueEmbedding' },
    note: 'value embedding learned',
  },
  { inversion: 'styleDiffusion', editor: 'masaCtrl' },
  { inversion: 'styleDiffusion', editor: 'wordSwap' },
  { inversion: 'styleDiffusion', editor: 'sdedit' },
  { inversion: 'nullText', editor: 'p2plus' },
  { inversion: 'nullText', editor: 'p2p' },
  { inversion: 'nullText', editor: 'p2plus', options: { attentionLoss: true }, note: 'with attention loss' },
  { inversion: 'direct', editor: 'p2plus' },
  { inversion: 'direct', editor: 'p2p' },
  { inversion: 'direct', editor: 'masaCtrl' },
  { inversion: 'direct', editor: 'plugAndPlay' },
  { inversion: 'direct', editor: 'pix2pixZero' },
  { inversion: 'negativePrompt', editor: 'p2plus' },
  { inversion: 'proximal', editor: 'p2plus' },
  { inversion: 'ddim', editor: 'p2plus' },
  { inversion: 'ddim', editor: 'masaCtrl' },
  { inversion: 'ddim', editor: 'plugAndPlay' },
  { inversion: 'ddim', editor: 'wordSwap' },
  { inversion: 'ddim', editor: 'sdedit' },
  { inversion: 'regularized', editor: 'pix2pixZero' },
];

/** Names a cell in what was measured. */
export const keyOf = ({ inversion, editor, note }: Cell): string =>
  [inversion, editor, ...(note === undefined ? [] : [note])].join(' + ');

/** Options of style transfer. */
export interface StyleCell {
  readonly options: Partial<StyleOptions>;
  /** What the row says of them. */
  readonly note: string;
}

/** The rows of style transfer's table, in their order. Each says its options, so that no default changes a row. */
export const STYLE_CELLS: readonly StyleCell[] = [
  { options: { words: 'both', styleAfter: 0.7 }, note: "both words, the style's after 0.7" },
  { options: { words: 'both', styleAfter: 0.5 }, note: "both words, the style's after 0.5" },
  { options: { words: 'both', styleAfter: 0.8 }, note: "both words, the style's after 0.8" },
  { options: { words: 'style' }, note: "the style's words" },
  { options: { words: 'content' }, note: "the content's words" },
];

/** Names style transfer with some options in what was measured. */
export const styleKeyOf = ({ note }: StyleCell): string => `style transfer + ${note}`;
