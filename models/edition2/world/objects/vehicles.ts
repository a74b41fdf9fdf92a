/** @file Car, bicycle, boat: what people ride. */
import { box, circle, type DrawObject, decal, solid, tube } from './parts.ts';

/** A car seen from the side: cabin with two windows, lamps, two wheels. */
export const drawCar: DrawObject = (p) => [
  solid('M20 66 L31 43 Q34 37 41 37 H64 Q71 37 75 43 L88 66 Z', 'main', 7),
  solid('M31 62 L38 46 Q39.5 43.5 42 43.5 H50 V62 Z', '#c5e6f5', 3),
  solid('M55 43.5 H63 Q66 43.5 68 46 L78 62 H55 Z', '#c5e6f5', 3),
  solid('M2 84 V72 Q2 61 14 60 H84 Q98 61 98 74 V84 Q98 90 92 90 H8 Q2 90 2 84 Z', 'main'),
  solid(box(1.5, 68, 8, 9, 3), '#e94b3c', 3),
  solid(circle(92.5, 72, 5), '#fff2b0', 3),
  decal(box(47, 67, 10, 3.6, 1.8), p.dark),
  ...[24, 76].flatMap((x) => [
    solid(circle(x, 86.5, 13), '#2b2d35', 5),
    solid(circle(x, 86.5, 6.2), '#cfd4da', 3),
  ]),
];

/** A bicycle: two wide wheels with coloured discs, a coloured frame, saddle and handlebar. */
export const drawBicycle: DrawObject = (p) => [
  ...[24, 76].flatMap((x) => [
    solid(circle(x, 76, 21.5), 'main', 5),
    tube(circle(x, 76, 20.6), 4.6, '#2b2d35'),
    solid(circle(x, 76, 4.6), '#cfd4da', 3),
  ]),
  tube('M24 76 L38 45 L67 42 M24 76 L49 76 L38 45 M49 76 L67 42', 5, p.base),
  tube('M76 76 L65 33', 5, p.base),
  tube('M38 45 L36 37', 5, p.base),
  tube('M29 35 H43', 6.4, '#473026'),
  tube('M58 32 H66 Q74 31 73 39', 4.6, '#473026'),
  solid(circle(49, 76, 5), '#8a8f98', 3),
];

/** A sailing boat: coloured hull and mainsail, a pale foresail, a pennant. */
export const drawBoat: DrawObject = (p) => [
  tube('M46 6 V76', 4, '#7a5436'),
  solid('M51 10 Q88 36 94 67 Q94 70 90 70 H51 Z', 'main', 8),
  solid('M41 20 Q20 42 10 66 Q9 70 13 70 H41 Z', '#f7ecd2', 8),
  solid('M46 3 L62 7.5 L46 12 Z', p.base, 3),
  solid('M5 75 Q3 74 6 73.5 H94 Q97 74 95 78 Q88 99 74 100 H26 Q12 98 5 75 Z', 'main', 9),
  decal('M4 74 H96 L94.5 80 H5.5 Z', p.dark),
];
