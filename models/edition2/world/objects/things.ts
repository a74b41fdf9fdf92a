/** @file Ball, cup, umbrella: things that people hold. */
import { circle, type DrawObject, ellipse, solid, tube } from './parts.ts';

/** A round ball. */
export const drawBall: DrawObject = () => [solid(circle(50, 52, 47), 'main')];

/** A mug with a handle, full of coffee. */
export const drawCup: DrawObject = (p) => [
  tube('M70 46 H80 Q93 47 93 60 Q92 78 70 79', 8.5, p.base),
  solid('M8 30 H77 V82 Q76 99 59 100 H26 Q9 99 8 82 Z', 'main'),
  solid(ellipse(42.5, 30, 34.5, 10.5), p.light, 3),
  solid(ellipse(42.5, 31, 27.5, 6.8), '#5b3623', 3),
];

/** An open umbrella: a wide coloured roof, a hooked handle. */
export const drawUmbrella: DrawObject = () => [
  tube('M50 4 V90 Q50 97.5 57.5 97.5 Q65 97.5 65 89', 4.8, '#7a4a2b'),
  solid('M3 57 Q4 12 50 9 Q25 22 22 53 Q12 47 3 57 Z', 'main', 9),
  solid('M97 57 Q96 12 50 9 Q75 22 78 53 Q88 47 97 57 Z', 'main', 9),
  solid('M22 53 Q25 20 50 9 Q75 20 78 53 Q64 45 50 54 Q36 45 22 53 Z', 'main', 12),
];
