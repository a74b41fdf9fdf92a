/** @file Pictures to begin with, drawn in the world that the demo model knows (models/demo/examples.ts). */

import ball from './examples/ball.png';
import cat from './examples/cat.png';
import house from './examples/house.png';
import words from './examples/words.json' with { type: 'json' };

const FILES: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
  'ball.png': ball,
  'cat.png': cat,
  'house.png': house,
};

export interface Example {
  readonly file: string;
  readonly source: string;
  readonly target: string;
  readonly png: Uint8Array<ArrayBuffer>;
  readonly address: string;
}

export const EXAMPLES: readonly Example[] = words.flatMap((example) => {
  const png = FILES[example.file];
  if (png === undefined) return [];
  return { ...example, png, address: URL.createObjectURL(new Blob([png], { type: 'image/png' })) };
});
