/** @file House, car, boat, cup: things that people make. */
import { type DrawObject, outlined, stroked } from './paint.ts';

/** A house: coloured walls and chimney, brown roof, door, two windows. */
export const drawHouse: DrawObject = (p) => `
  <rect x="68" y="10" width="12" height="26" ${outlined(p, p.base)}/>
  <rect x="13" y="42" width="74" height="58" ${outlined(p, p.fill)}/>
  <path d="M3 46 L50 4 L97 46 Z" ${outlined(p, '#8a4b32')}/>
  <path d="M50 4 L97 46 L84 46 L50 15 L16 46 L3 46 Z" fill="#6a3524"/>
  <path d="M41 100 V70 a9 9 0 0 1 18 0 V100 Z" ${outlined(p, '#5b3a29')}/>
  <circle cx="55" cy="84" r="2" fill="#ffd75e"/>
  ${[26, 74]
    .map(
      (x) => `<rect x="${x - 9}" y="56" width="18" height="18" ${outlined(p, '#fff3b8')}/>
  <path d="M${x} 56 V74 M${x - 9} 65 H${x + 9}" ${stroked('#5b3a29', 2.5)}/>`,
    )
    .join('')}`;

/** A car seen from the side: cabin with two windows, lamps, two wheels. */
export const drawCar: DrawObject = (p) => `
  <path d="M22 56 L34 32 Q36 28 41 28 H66 Q71 28 74 32 L86 56 Z" ${outlined(p, p.fill)}/>
  <path d="M2 80 V64 Q2 54 12 54 H88 Q98 55 98 66 V82 Q98 86 93 86 H7 Q2 86 2 80 Z" ${outlined(p, p.fill)}/>
  <path d="M32 54 L40 35 H52 V54 Z" ${outlined(p, '#cfeefc')}/>
  <path d="M57 35 H65 Q68 35 69 37 L77 54 H57 Z" ${outlined(p, '#cfeefc')}/>
  <rect x="1" y="62" width="9" height="8" rx="3" fill="#ff5c4d"/>
  <rect x="89" y="62" width="10" height="9" rx="4" fill="#fff2a0"/>
  <path d="M46 62 H54" ${stroked(p.dark, 3)}/>
  ${[25, 75]
    .map(
      (x) => `<circle cx="${x}" cy="86" r="14" fill="#26282e"/>
  <circle cx="${x}" cy="86" r="6.5" fill="#d4d8dd"/>`,
    )
    .join('')}`;

/** A sailing boat: coloured hull, mast, two white sails, a pennant. */
export const drawBoat: DrawObject = (p) => `
  <path d="M50 4 V72" ${stroked('#6b4a2f', 4)}/>
  <path d="M54 10 L92 64 H54 Z" ${outlined(p, '#fff8ea')}/>
  <path d="M46 20 L14 64 H46 Z" ${outlined(p, '#f3e3c3')}/>
  <path d="M50 2 L34 8 L50 13 Z" fill="${p.base}"/>
  <path d="M2 70 H98 L84 96 Q82 100 77 100 H23 Q18 100 16 96 Z" ${outlined(p, p.fill)}/>
  <path d="M4 73 H96" ${stroked(p.dark, 4)}/>`;

/** A mug with a handle and two curls of steam. */
export const drawCup: DrawObject = (p) => `
  <path d="M70 46 H80 Q96 46 96 62 Q96 80 76 82 L68 82" ${stroked(p.dark, 12)}/>
  <path d="M70 46 H80 Q96 46 96 62 Q96 80 76 82 L68 82" ${stroked(p.base, 7)}/>
  <path d="M8 34 H76 V84 Q76 100 60 100 H24 Q8 100 8 84 Z" ${outlined(p, p.fill)}/>
  <ellipse cx="42" cy="34" rx="34" ry="9" ${outlined(p, p.light)}/>
  <ellipse cx="42" cy="35" rx="27" ry="6" fill="#5a3420"/>
  <path d="M32 22 q-6 -6 0 -11 q6 -5 0 -10 M52 22 q-6 -6 0 -11 q6 -5 0 -10" ${stroked('#c3c8cf', 4)}/>`;
