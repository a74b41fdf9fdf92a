/** @file A desert: dunes with a sunny and a shady side, table mountains in the haze, a cactus aside. */
import type { Scenery, Stops } from './scenery.ts';

/** Sky, mountains, height of the sun. */
const HOURS: readonly { sky: Stops; far: readonly [string, string]; sun: number }[] = [
  {
    sky: [
      [0, '#ea8658'],
      [0.5, '#f8b981'],
      [0.9, '#fde0ae'],
    ],
    far: ['#cf7d60', '#f0b98c'],
    sun: 76,
  },
  {
    sky: [
      [0, '#54a8dd'],
      [0.6, '#cfe3df'],
      [0.9, '#fae3ba'],
    ],
    far: ['#c4977f', '#e8cfae'],
    sun: 36,
  },
  {
    sky: [
      [0, '#8f86c4'],
      [0.5, '#e9a8a4'],
      [0.9, '#fcd9ac'],
    ],
    far: ['#a9708a', '#e3a894'],
    sun: 62,
  },
];

function cactus(x: number, y: number, scale: number, fill: string, light: string): string {
  const arms = 'M0 0 V-56 M0 -22 H-14 V-38 M0 -30 H13 V-44';
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke-linecap="round" stroke-linejoin="round">
    <path d="${arms}" stroke="${fill}" stroke-width="10"/><path d="M-2.4 -2 V-56" stroke="${light}" stroke-width="3"/></g>`;
}

export function desert(s: Scenery): void {
  const { random } = s;
  const { sky, far, sun } = random.pick(HOURS);
  s.band(0, 170, s.linear(sky));
  s.sun(random.between(36, 100), sun + random.between(-6, 6), sun > 50 ? 18 : 13, '#fff0b8');
  for (let i = 0; i < 3; i++) {
    const [x, w, h] = [i * 90 + random.between(-10, 60), random.between(26, 62), random.between(16, 42)];
    s.add(
      `<path d="M${x - w / 2 - 11} 144 L${x - w / 2 - 4} ${138 - h * 0.5} L${x - w / 2} ${138 - h} H${x + w / 2} L${x + w / 2 + 5} ${138 - h * 0.5} L${x + w / 2 + 13} 144 Z" fill="${s.linear(
        [
          [0, far[0]],
          [1, far[1]],
        ],
      )}"/>`,
    );
  }
  s.land(138, 6, 3, s.haze('#e3ae74', '#eec088'));
  const crest = random.between(50, 206);
  const height = random.between(128, 144);
  s.add(
    `<path d="M-4 158 Q${crest * 0.5} 152 ${crest} ${height} Q${crest + 50} 152 260 152 V260 H-4 Z" fill="${s.haze('#f6cd92', '#e7b06c')}"/>`,
  );
  s.soft(
    1,
    `<path d="M${crest} ${height} Q${crest + 50} 152 260 152 V190 Q${crest + 40} 172 ${crest - 12} 178 Q${crest + 14} 158 ${crest} ${height} Z" fill="#c98d52" opacity="0.75"/>`,
  );
  const ground: Stops = [
    [0, '#f8d5a0'],
    [0.4, '#efbd7b'],
    [1, '#d49350'],
  ];
  s.land(172, 7, 2, s.linear(ground));
  for (let i = 0; i < 4; i++)
    s.soft(
      1.6,
      `<path d="M${random.between(-40, 60)} ${192 + i * 17} q46 -9 92 0 t92 2" stroke="#cc9252" stroke-width="${2.4 + i * 0.5}" fill="none" opacity="0.45"/>`,
    );
  const aside = random.pick([20, 236]);
  s.soft(2, `<ellipse cx="${aside + 13}" cy="181" rx="20" ry="3.4" fill="#a36b3c" opacity="0.45"/>`);
  s.add(cactus(aside, 181, random.between(0.8, 1.25), '#568658', '#8bb07c'));
  if (random.chance(0.6)) s.add(cactus(random.between(80, 190), 160, 0.4, '#8a9a6c', '#a9b487'));
}
