/** @file Tree, flower, mushroom, star: what grows or shines. */
import { circle, type DrawObject, ellipse, solid, tube } from './parts.ts';

/** A tall broad-leaved tree: brown trunk, coloured crown of rounded lobes. */
export const drawTree: DrawObject = () => [
  solid('M38 98 Q45 82 43 52 H58 Q56 82 63 98 Q64 100 61 100 H40 Q37 100 38 98 Z', '#80502f'),
  solid(
    'M24 67 Q7 64 10 48 Q3 34 18 26 Q22 6 44 8 Q58 -3 72 9 Q88 14 87 30 Q98 44 87 56 Q82 70 65 67 Q52 76 40 68 Q32 71 24 67 Z',
    'main',
  ),
];

/** A flower: six coloured petals, yellow heart, stem with two leaves. */
export const drawFlower: DrawObject = () => [
  tube('M50 50 Q47 76 50 98', 5.6, '#3a8a34'),
  solid('M49 92 Q26 94 18 74 Q42 70 49 92 Z', '#4aa540', 5),
  solid('M51 88 Q74 90 82 68 Q58 66 51 88 Z', '#4aa540', 5),
  ...Array.from({ length: 6 }, (_, i) => {
    const angle = (Math.PI * (i * 60 - 90)) / 180;
    const [x, y] = [50 + 21 * Math.cos(angle), 37 + 21 * Math.sin(angle)];
    return solid(ellipse(Number(x.toFixed(2)), Number(y.toFixed(2)), 16, 13.4, i * 60 - 90), 'main');
  }),
  solid(circle(50, 37, 11), '#ffc72e'),
];

/** A mushroom: a wide coloured cap on a thick pale stalk. */
export const drawMushroom: DrawObject = () => [
  solid('M38 50 Q40 76 33 93 Q33 100 50 100 Q67 100 67 93 Q60 76 62 50 Z', '#f5e7cb'),
  solid('M16 58 Q50 76 84 58 Q70 50 50 50 Q30 50 16 58 Z', '#d8c19a', 4),
  solid('M3 56 Q0 12 50 8 Q100 12 97 56 Q96 61 90 61 Q70 57 50 57 Q30 57 10 61 Q4 61 3 56 Z', 'main'),
];

/** A five-pointed star with round points. */
export const drawStar: DrawObject = () => {
  const at = (radius: number, i: number): string => {
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    return `${(50 + radius * Math.cos(angle)).toFixed(1)} ${(54 + radius * Math.sin(angle)).toFixed(1)}`;
  };
  const corner = (i: number): string =>
    i % 2 === 0 ? `L${at(47, i - 0.16)} Q${at(56, i)} ${at(47, i + 0.16)}` : `L${at(25.5, i)}`;
  const corners = Array.from({ length: 10 }, (_, i) => corner(i)).join(' ');
  return [solid(`M${corners.slice(1)} Z`, 'main')];
};
