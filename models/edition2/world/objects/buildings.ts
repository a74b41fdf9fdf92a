/** @file House, tent, lighthouse: what people live in. */
import { box, circle, type DrawObject, decal, solid, tube } from './parts.ts';

/** A house: coloured walls and chimney, brown roof, door, two lit windows. */
export const drawHouse: DrawObject = (p) => [
  solid(box(69, 8, 13, 30, 2), p.base, 5),
  solid(box(10, 40, 80, 60, 2), 'main', 6),
  solid('M6 47 Q0 46 4 41 L46 5 Q50 2 54 5 L96 41 Q100 46 94 47 Z', '#8a5242', 7),
  decal('M13 40 L50 8.5 L87 40 L80 40 L50 15 L20 40 Z', '#a66c55'),
  solid('M42 100 V78 a8 8 0 0 1 16 0 V100 Z', '#5e3c2c', 4),
  solid(circle(54.4, 88, 2.2), '#ffd75e'),
  ...[26, 74].flatMap((x) => [
    solid(box(x - 8.5, 57, 17, 17, 2), '#6b4634', 3),
    decal(box(x - 5.8, 59.7, 4.9, 4.9), '#fff0b0'),
    decal(box(x + 0.9, 59.7, 4.9, 4.9), '#fff0b0'),
    decal(box(x - 5.8, 66.4, 4.9, 4.9), '#ffe28a'),
    decal(box(x + 0.9, 66.4, 4.9, 4.9), '#ffe28a'),
  ]),
];

/** A pointed tent: coloured cloth, a dark opening, a flap turned back, poles crossing on top. */
export const drawTent: DrawObject = (p) => [
  tube('M43.5 6 L56 26 M56.5 6 L44 26', 4.4, '#8a5a34'),
  solid('M45 18 Q50 11 55 18 Q68 58 98 94 Q100 100 94 100 H6 Q0 100 2 94 Q32 58 45 18 Z', 'main', 14),
  solid('M50 52 Q55 80 65 100 H35 Q45 80 50 52 Z', '#35271f', 3),
  solid('M50 50 Q51 76 36 100 H27 Q43 78 50 50 Z', p.light, 4),
];

/** A lighthouse: a tall coloured tower, a gallery, a shining lamp, a cap. */
export const drawLighthouse: DrawObject = (p) => [
  solid('M24 100 Q22 95 27 94 H73 Q78 95 76 100 Z', '#8d8a86', 3),
  solid('M28 95 L36 36 H64 L72 95 Z', 'main'),
  solid(box(38, 17, 24, 17, 2), '#ffe98c', 5),
  decal(box(48, 17, 4, 17), '#fffbe0'),
  solid('M34 19 Q36 6 50 2 Q64 6 66 19 Q66 21 64 21 H36 Q34 21 34 19 Z', p.base),
  solid(box(30, 31, 40, 7.5, 3), p.dark, 3),
  solid('M43.5 95 V82 a6.5 6.5 0 0 1 13 0 V95 Z', '#4d3528', 3),
  solid(box(46, 47, 8, 11, 3), '#4d4a55', 3),
];
