/** @file A forest: pale trunks in the mist, dark ones at the sides, beams of light on a soft floor. */
import type { Scenery, Stops } from './scenery.ts';

/** Air and leaves from far to near, and the floor. */
const SEASONS: readonly {
  air: Stops;
  leaves: readonly [string, string, string];
  trunks: readonly [string, string];
  floor: Stops;
  bush: string;
}[] = [
  {
    air: [
      [0, '#a9d3a0'],
      [0.55, '#e9f5c9'],
      [0.9, '#cfe6b4'],
    ],
    leaves: ['#9cc98d', '#6fae66', '#4c8a4a'],
    trunks: ['#a9c3a0', '#7f8f6c'],
    floor: [
      [0, '#a6d074'],
      [0.35, '#7db154'],
      [1, '#507a38'],
    ],
    bush: '#568c3f',
  },
  {
    air: [
      [0, '#9fc8bd'],
      [0.55, '#e3f3e4'],
      [0.9, '#c2decb'],
    ],
    leaves: ['#94bfae', '#5f9c86', '#3a7562'],
    trunks: ['#a3c0b4', '#6d877c'],
    floor: [
      [0, '#97c494'],
      [0.35, '#6aa06b'],
      [1, '#3f6d4b'],
    ],
    bush: '#457c5c',
  },
  {
    air: [
      [0, '#dcc588'],
      [0.55, '#fbf1c8'],
      [0.9, '#eedca6'],
    ],
    leaves: ['#d9c277', '#b9a654', '#7f8a41'],
    trunks: ['#cdbb8b', '#97855a'],
    floor: [
      [0, '#d3c878'],
      [0.35, '#aaa754'],
      [1, '#74763a'],
    ],
    bush: '#7d8a3f',
  },
];

function trunk(s: Scenery, x: number, foot: number, width: number, dark: string, light: string): void {
  const half = width / 2;
  const fill = s.linear(
    [
      [0, light],
      [0.45, dark],
      [1, dark],
    ],
    [0, 0, 1, 0],
  );
  s.add(
    `<path d="M${x - half * 1.7} ${foot} Q${x - half * 0.9} ${foot - 14} ${x - half} ${foot - 50} L${x - half * 0.8} -20 H${x + half * 0.8} L${x + half} ${foot - 50} Q${x + half * 0.9} ${foot - 14} ${x + half * 1.7} ${foot} Z" fill="${fill}"/>`,
  );
}

function canopy(s: Scenery, y: number, r: number, fill: string): void {
  const lobes = Array.from({ length: 11 }, (_, i) => {
    const x = (i - 1) * 32 + s.random.between(-8, 8);
    return `<ellipse cx="${x}" cy="${y + s.random.between(-7, 7)}" rx="${r * 1.25}" ry="${r}" fill="${fill}"/>`;
  });
  s.add(`${lobes.join('')}<rect x="-20" y="-20" width="296" height="${y + 22}" fill="${fill}"/>`);
}

export function forest(s: Scenery): void {
  const { random } = s;
  const { air, leaves, trunks, floor, bush } = random.pick(SEASONS);
  s.band(0, 190, s.linear(air));
  s.glow(random.between(70, 150), 86, 125, '#fffbe0', 0.95);
  for (let i = 0; i < 8; i++)
    trunk(s, 14 + i * 33 + random.between(-10, 10), 158, random.between(5, 8), trunks[0], trunks[0]);
  canopy(s, 20, 20, leaves[0]);
  s.land(
    156,
    4,
    4,
    s.linear([
      [0, floor[0]![1]],
      [0.4, floor[1]![1]],
    ]),
  );
  for (const x of [random.between(44, 84), random.between(174, 214)])
    trunk(s, x, 168, random.between(11, 15), trunks[1], trunks[0]);
  if (random.chance(0.5)) trunk(s, random.between(108, 146), 164, 9, trunks[1], trunks[0]);
  canopy(s, 6, 19, leaves[1]);
  s.land(172, 5, 3, s.linear(floor));
  if (random.chance(0.6)) s.road(random.between(100, 160), random.between(60, 196), 171, 60, '#dac894', 0.65);
  const edge = random.between(0, 12);
  const sides = random.below(3);
  if (sides !== 1) trunk(s, edge, 196, random.between(24, 34), '#5c4733', '#94775a');
  if (sides !== 2) trunk(s, 252 - edge * 0.6, 192, random.between(24, 34), '#5c4733', '#86694a');
  canopy(s, -8, 18, leaves[2]);
  for (const [x, y] of [
    [20, 200],
    [236, 197],
  ] as const)
    s.add(
      [-14, -5, 5, 14]
        .map(
          (dx) => `<ellipse cx="${x + dx}" cy="${y - 6 + Math.abs(dx) * 0.4}" rx="9" ry="8" fill="${bush}"/>`,
        )
        .join(''),
    );
  const beams = [0, 1, 2].map(
    (i) =>
      `<path d="M${40 + i * 44} -6 L${58 + i * 44} -6 L${150 + i * 52} 236 L${104 + i * 52} 236 Z" fill="#fffbd0" opacity="0.2"/>`,
  );
  s.soft(6, beams.join(''));
}
