/**
 * @file Contact sheets, to look at the world: `npx tsx models/demo/world/contactSheet.ts objects|styles|random FILE.png`.
 */
import sharp from 'sharp';
import { captionScene } from './captions.ts';
import { renderScene } from './render.ts';
import { changeObject, changeScene, PICTURE_SIDE, type Scene, sampleScene } from './scene.ts';
import { COLOURS, KINDS, PATTERNS, SETTINGS, STYLES } from './vocabulary.ts';

/** Draws scenes side by side into a PNG. */
export async function writeContactSheet(
  scenes: readonly Scene[],
  columns: number,
  file: string,
): Promise<void> {
  const side = PICTURE_SIDE + 2;
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

function scenesFor(what: string): readonly Scene[] {
  const single = Array.from({ length: 4000 }, (_, seed) => sampleScene(seed)).filter(
    (s) => s.objects.length === 1,
  );
  const base = single.find((s) => s.objects[0]!.size === 'big' && s.objects[0]!.place === 'middle')!;
  if (what === 'objects') {
    return KINDS.flatMap((kind, i) =>
      PATTERNS.map((pattern, j) =>
        changeScene(
          changeObject(base, 0, { kind, pattern, colour: COLOURS[(i + 3 * j) % COLOURS.length]! }),
          {
            style: 'flat',
            setting: SETTINGS[(i + j) % SETTINGS.length]!,
          },
        ),
      ),
    );
  }
  if (what === 'styles')
    return SETTINGS.flatMap((setting) => STYLES.map((style) => changeScene(base, { setting, style })));
  const scenes = Array.from({ length: 48 }, (_, i) => sampleScene(i + 1));
  for (const scene of scenes) process.stdout.write(`${captionScene(scene)}\n`);
  return scenes;
}

const [what = 'random', file = 'sheet.png'] = process.argv.slice(2);
await writeContactSheet(scenesFor(what), { objects: 9, styles: 5 }[what] ?? 8, file);
