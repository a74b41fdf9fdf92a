/**
 * @file Contact sheets, to look at the world:
 * `npx tsx models/edition2/world/contactSheet.ts objects|styles|settings|places|random FILE.png [FIRST_SEED]`.
 */
import sharp from 'sharp';
import { captionScene } from './captions.ts';
import { renderScene } from './render.ts';
import { changeObject, changeScene, LAYOUTS, PICTURE_SIDE, type Scene, sampleScene } from './scene.ts';
import { COLOURS, KINDS, PATTERNS, SETTINGS, STYLES } from './vocabulary.ts';

/** Draws scenes side by side into a PNG. */
export async function writeContactSheet(
  scenes: readonly Scene[],
  columns: number,
  file: string,
): Promise<void> {
  const side = PICTURE_SIDE + 4;
  const tiles = await Promise.all(
    scenes.map(async (scene, i) => ({
      input: Buffer.from(await renderScene(scene)),
      raw: { width: PICTURE_SIDE, height: PICTURE_SIDE, channels: 3 as const },
      left: (i % columns) * side,
      top: Math.floor(i / columns) * side,
    })),
  );
  const height = Math.ceil(scenes.length / columns) * side;
  await sharp({ create: { width: columns * side, height, channels: 3, background: '#000' } })
    .composite(tiles)
    .png()
    .toFile(file);
}

const single = Array.from({ length: 4000 }, (_, seed) => sampleScene(seed)).filter(
  (scene) => scene.objects.length === 1,
);

/** One big object in the middle. */
const base = single.find(({ objects }) => objects[0]!.size === 'big' && objects[0]!.place === 'middle')!;

/** Each sheet: its scenes row by row, and the number of columns. */
const SHEETS: Readonly<Record<string, (first: number) => readonly [readonly Scene[], number]>> = {
  objects: () => [
    KINDS.flatMap((kind, i) =>
      PATTERNS.map((pattern, j) =>
        changeScene(
          changeObject(base, 0, { kind, pattern, colour: COLOURS[(i + 3 * j) % COLOURS.length]! }),
          { style: 'flat', setting: SETTINGS[(i + j) % SETTINGS.length]! },
        ),
      ),
    ),
    8,
  ],
  styles: (first) => [
    KINDS.flatMap((kind, i) =>
      STYLES.map((style, j) =>
        changeScene(
          changeObject(base, 0, {
            kind,
            pattern: PATTERNS[(i + j + first) % PATTERNS.length]!,
            colour: COLOURS[(i + 3 * j + first) % COLOURS.length]!,
          }),
          { style, setting: SETTINGS[(i + j + first) % SETTINGS.length]! },
        ),
      ),
    ),
    10,
  ],
  settings: () => [
    SETTINGS.flatMap((setting) =>
      STYLES.map((style) =>
        changeScene(changeObject(base, 0, { kind: 'cup', colour: 'red' }), { setting, style }),
      ),
    ),
    5,
  ],
  places: () => {
    const layouts = [...new Set(single.map(({ layoutSeed }) => layoutSeed))];
    return [
      SETTINGS.flatMap((setting) =>
        layouts.map((layoutSeed) => ({ ...base, layoutSeed, setting, style: 'flat' as const, objects: [] })),
      ),
      LAYOUTS,
    ];
  },
  random: (first) => {
    const scenes = Array.from({ length: 48 }, (_, i) => sampleScene(first + i));
    for (const scene of scenes) process.stdout.write(`${captionScene(scene)}\n`);
    return [scenes, 8];
  },
};

const [what = 'random', file = 'sheet.png', first = '1'] = process.argv.slice(2);
await writeContactSheet(...SHEETS[what]!(Number(first)), file);
