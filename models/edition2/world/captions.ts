/** @file Captions: the same scene said in many natural ways, in the words that users type into prompts. */
import { mixSeed, Random } from './random.ts';
import type { Scene, SceneObject } from './scene.ts';
import type { Pattern, Setting, Style } from './vocabulary.ts';

/** Ways to name a place; the first is the usual one. */
export const SETTING_PHRASES: Readonly<Record<Setting, readonly string[]>> = {
  meadow: ['on a meadow', 'in a meadow', 'on a green meadow'],
  beach: ['on a beach', 'at the beach', 'on a sandy beach'],
  night: ['under a night sky', 'at night', 'under a starry night sky'],
  room: ['in a room', 'in a living room', 'inside a room'],
  snow: ['in the snow', 'in a snowy landscape', 'on snow'],
  desert: ['in the desert', 'in a desert', 'in a sandy desert'],
  forest: ['in a forest', 'in the forest', 'in the woods', 'in a green forest'],
};

/** Ways to name a style before the objects; a flat drawing is mostly not named at all. */
export const STYLE_PHRASES: Readonly<Record<Style, readonly string[]>> = {
  flat: ['', '', '', '', 'a drawing of', 'an illustration of', 'a picture of'],
  watercolor: ['a watercolor painting of', 'a watercolour painting of', 'a watercolor of'],
  pencil: ['a pencil sketch of', 'a pencil sketch of', 'a pencil drawing of'],
  mosaic: ['a mosaic of', 'a tile mosaic of'],
  clay: ['a clay model of', 'a clay figure of', 'a plasticine model of'],
};

/** Ways to name a pattern: before the colour, and after the kind. */
const PATTERN_WORDS: Readonly<Record<Pattern, { before: readonly string[]; after: string }>> = {
  plain: { before: ['plain'], after: '' },
  striped: { before: ['striped'], after: 'with stripes' },
  dotted: { before: ['dotted'], after: 'with dots' },
  checked: { before: ['checked', 'checked', 'checkered'], after: 'with checks' },
};

/** How often each detail is said. */
const SAY = {
  colour: 0.94,
  pattern: 0.92,
  patternAfter: 0.25,
  plain: 0.06,
  size: 0.6,
  place: 0.2,
  setting: 0.92,
  style: 0.97,
} as const;

function article(words: string): string {
  return /^[aeiou]/.test(words) ? `an ${words}` : `a ${words}`;
}

function nameObject(random: Random, object: SceneObject): string {
  const words: string[] = [];
  let tail = '';
  const size = {
    small: random.pick(['small', 'small', 'little']),
    medium: '',
    big: random.pick(['big', 'big', 'large']),
  }[object.size];
  if (size !== '' && random.chance(SAY.size)) words.push(size);
  const pattern = PATTERN_WORDS[object.pattern];
  if (random.chance(object.pattern === 'plain' ? SAY.plain : SAY.pattern)) {
    if (pattern.after !== '' && random.chance(SAY.patternAfter)) tail = ` ${pattern.after}`;
    else words.push(random.pick(pattern.before));
  }
  if (random.chance(SAY.colour)) words.push(object.colour);
  words.push(object.kind);
  return article(words.join(' ')) + tail;
}

function nameObjects(random: Random, objects: readonly SceneObject[]): string {
  const [first, second] = objects;
  if (second === undefined) return nameObject(random, first!);
  const swap = random.chance(0.3);
  const [a, b] = swap ? [second, first!] : [first!, second];
  const [nameA, nameB] = [nameObject(random, a), nameObject(random, b)];
  if (random.chance(SAY.place)) return `${nameA} on the ${a.place} and ${nameB} on the ${b.place}`;
  return `${nameA} ${random.pick(['and', 'and', 'next to', 'beside'])} ${nameB}`;
}

/** A caption of the scene. Different variants give different words for the same picture. */
export function captionScene(scene: Scene, variant = 0): string {
  const random = new Random(mixSeed(scene.seed, 1000 + variant));
  const style = random.chance(SAY.style) ? random.pick(STYLE_PHRASES[scene.style]) : '';
  const objects = nameObjects(random, scene.objects);
  const setting = random.chance(SAY.setting) ? random.pick(SETTING_PHRASES[scene.setting]) : '';
  const single = scene.objects.length === 1 ? scene.objects[0]! : undefined;
  const place =
    single && single.place !== 'middle' && random.chance(SAY.place) ? `on the ${single.place}` : '';
  return [style, objects, place, setting].filter((part) => part !== '').join(' ');
}

/** The plain full caption: every attribute named in its usual words. Used for measures. */
export function fullCaption(scene: Scene): string {
  const style = scene.style === 'flat' ? '' : STYLE_PHRASES[scene.style][0]!;
  const objects = scene.objects.map((object) =>
    article(
      [object.pattern === 'plain' ? '' : object.pattern, object.colour, object.kind]
        .filter((w) => w !== '')
        .join(' '),
    ),
  );
  return [style, objects.join(' and '), SETTING_PHRASES[scene.setting][0]!]
    .filter((part) => part !== '')
    .join(' ');
}
