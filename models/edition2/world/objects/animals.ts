/** @file Cat, dog, rabbit, fish, bird. */
import { circle, type DrawObject, decal, ellipse, type Part, solid, tube } from './parts.ts';

const INK = '#201c24';

function eye(x: number, y: number, r: number): readonly Part[] {
  return [decal(circle(x, y, r), INK), decal(circle(x - r * 0.3, y - r * 0.35, r * 0.36), '#ffffff')];
}

/** A sitting cat from the front: pointed ears, pale muzzle and chest, a raised tail. */
export const drawCat: DrawObject = (p) => [
  tube('M70 92 Q94 94 92 72 Q91 62 85 60', 9, p.base),
  solid('M24 96 Q16 70 36 52 H64 Q84 70 76 96 Q75 100 70 100 H30 Q25 100 24 96 Z', 'main'),
  solid('M19 34 L18 8 Q18 3 23 6 L44 20 Z', p.base, 5),
  solid('M81 34 L82 8 Q82 3 77 6 L56 20 Z', p.base, 5),
  decal('M24 25 L23.5 13 L34 20 Z M76 25 L76.5 13 L66 20 Z', '#ffb3b8'),
  solid('M14 40 Q14 15 50 15 Q86 15 86 40 Q84 64 50 64 Q16 64 14 40 Z', 'main'),
  decal(ellipse(50, 52, 14, 9), '#fff6e6'),
  decal('M45.5 45.5 Q50 43.5 54.5 45.5 Q54 50 50 51.5 Q46 50 45.5 45.5 Z', '#d9506f'),
  ...[33, 67].flatMap((x) => [decal(ellipse(x, 37, 6.6, 7.6), '#f4ffd6'), ...eye(x, 38, 4.6)]),
  solid(ellipse(38, 95, 10, 5.4), p.base),
  solid(ellipse(62, 95, 10, 5.4), p.base),
];

/** A standing dog from the side: hanging ear, long muzzle, raised tail, collar. */
export const drawDog: DrawObject = (p) => [
  tube('M88 56 Q97 46 95 32', 8, p.base),
  solid(
    'M41 70 H54 L53 96 Q53 100 49 100 H40 Q37 100 37 97 Z M72 68 H86 L85 96 Q85 100 81 100 H72 Z',
    p.dark,
    5,
  ),
  solid(
    'M33 48 H78 Q95 48 94 66 L93 96 Q93 100 89 100 H80 Q77 100 77 96 L75 80 H51 L50 96 Q50 100 46 100 H37 Q34 100 34 96 L31 74 Q27 58 33 48 Z',
    'main',
  ),
  solid('M30 56 Q44 66 57 54 L58 61 Q44 72 31 63 Z', '#6f4328', 3),
  solid(circle(43, 68, 4), '#ffd75e', 3),
  solid('M3 46 Q1 35 16 32 Q21 11 39 11 Q58 11 59 32 L57 54 Q45 66 32 59 Q28 54 14 55 Q4 55 3 46 Z', 'main'),
  solid('M43 15 Q63 13 66 38 Q67 54 58 56 Q47 50 45 32 Z', p.dark, 6),
  solid(ellipse(8, 38, 6.6, 5.4), INK, 3),
  ...eye(30, 30, 4.4),
];

/** A sitting rabbit from the side: two long ears, a round back, a white tail. */
export const drawRabbit: DrawObject = (p) => [
  solid(circle(90, 82, 8.5), '#fffaf0'),
  solid(ellipse(48, 22, 8, 22, 16), p.base, 6),
  solid(ellipse(60, 74, 33, 26), 'main'),
  solid(ellipse(35, 21, 8, 21, -8), p.base, 6),
  decal(ellipse(34.5, 23, 3.6, 14, -8), '#ffb9c4'),
  solid('M11 55 Q9 36 32 34 Q53 35 53 54 Q52 72 32 72 Q15 71 11 55 Z', 'main'),
  solid(ellipse(34, 93, 15, 6.5), p.base),
  solid(ellipse(70, 90, 19, 9.5), p.base),
  decal(ellipse(14, 54, 3.6, 3), '#d9506f'),
  ...eye(27, 49, 4.6),
];

/** A fish swimming to the left: forked tail, fins, gill, round eye. */
export const drawFish: DrawObject = (p) => [
  solid('M68 58 Q80 32 96 26 Q100 26 98 31 Q90 58 98 86 Q100 91 95 90 Q80 84 68 58 Z', p.base, 6),
  solid('M27 38 Q40 10 58 16 Q66 20 66 40 Z', p.base, 6),
  solid('M38 80 Q44 98 54 99 Q60 98 60 78 Z', p.base, 6),
  solid('M2 58 Q18 27 46 27 Q70 30 82 57 Q70 87 44 88 Q18 88 2 58 Z', 'main'),
  decal('M30 38 Q44 58 30 78 Q36.5 58 30 38 Z', p.dark),
  decal(circle(18, 51, 6.6), '#ffffff'),
  ...eye(17.4, 51, 4.2),
];

/** A perched songbird from the side: beak, wing, tail, two legs. */
export const drawBird: DrawObject = (p) => [
  tube('M43 80 V96 M34 97.5 H46 M57 80 V96 M48 97.5 H60', 4.2, '#c8741d'),
  solid('M64 50 L95 33 Q100 32 98 38 L93 54 Q86 68 70 70 Z', p.dark, 5),
  solid('M22 36 L3 33 Q-1 35 2 38 L22 46 Z', '#ffab1a', 5),
  solid('M18 34 Q20 9 42 10 Q61 12 62 34 Q90 46 79 68 Q68 88 46 87 Q19 84 18 52 Z', 'main'),
  solid('M44 46 Q74 40 90 62 Q66 78 51 66 Q43 57 44 46 Z', p.dark, 6),
  ...eye(35, 30, 5),
];
