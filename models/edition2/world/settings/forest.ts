/** @file A forest: pale trunks in the mist, dark ones at the sides, beams of light on a soft floor. */
import type { Scenery } from './scenery.ts';

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
    `<path d="M${x - half * 1.7} ${foot} Q${x - half * 0.9} ${foot - 14} ${x - half} ${foot - 50} L${x - half * 0.8} -4 H${x + half * 0.8} L${x + half} ${foot - 50} Q${x + half * 0.9} ${foot - 14} ${x + half * 1.7} ${foot} Z" fill="${fill}"/>`,
  );
}

function canopy(s: Scenery, y: number, r: number, fill: string): void {
  const lobes = Array.from({ length: 9 }, (_, i) => {
    const x = i * 32 + s.random.between(-8, 8);
    return `<ellipse cx="${x}" cy="${y + s.random.between(-7, 7)}" rx="${r * 1.25}" ry="${r}" fill="${fill}"/>`;
  });
  s.add(`${lobes.join('')}<rect x="-2" y="-4" width="260" height="${y + 6}" fill="${fill}"/>`);
}

export function forest(s: Scenery): void {
  const { random } = s;
  s.band(
    0,
    190,
    s.linear([
      [0, '#a9d3a0'],
      [0.55, '#e9f5c9'],
      [0.9, '#cfe6b4'],
    ]),
  );
  s.glow(random.between(70, 130), 86, 120, '#fffbe0', 0.95);
  for (let i = 0; i < 8; i++)
    trunk(s, 14 + i * 33 + random.between(-9, 9), 158, random.between(5, 8), '#a9c3a0', '#bcd2ac');
  canopy(s, 20, 20, '#9cc98d');
  s.land(
    156,
    4,
    4,
    s.linear([
      [0, '#b5d693'],
      [0.4, '#93c072'],
    ]),
  );
  for (const x of [random.between(44, 78), random.between(178, 214)])
    trunk(s, x, 168, random.between(11, 14), '#7f8f6c', '#a3ae86');
  if (random.chance(0.5)) trunk(s, random.between(108, 146), 164, 9, '#8b9c78', '#aab78e');
  canopy(s, 6, 19, '#6fae66');
  s.land(
    172,
    5,
    3,
    s.linear([
      [0, '#9dcb6c'],
      [0.35, '#7db154'],
      [1, '#557f3b'],
    ]),
  );
  s.soft(
    5,
    `<path d="M${random.between(96, 150)} 172 Q140 200 ${random.between(60, 110)} 262 H${random.between(170, 216)} Q176 204 ${random.between(152, 166)} 172 Z" fill="#cdb884" opacity="0.65"/>`,
  );
  const edge = random.between(0, 10);
  trunk(s, edge, 196, 27, '#5c4733', '#8d7150');
  trunk(s, 252 - edge * 0.6, 192, 30, '#5c4733', '#86694a');
  canopy(s, -8, 18, '#4c8a4a');
  for (const [x, y] of [
    [20, 200],
    [236, 197],
  ] as const)
    s.add(
      [-14, -5, 5, 14]
        .map(
          (dx) => `<ellipse cx="${x + dx}" cy="${y - 6 + Math.abs(dx) * 0.4}" rx="9" ry="8" fill="#568c3f"/>`,
        )
        .join(''),
    );
  const beams = [0, 1, 2].map(
    (i) =>
      `<path d="M${40 + i * 44} -6 L${58 + i * 44} -6 L${150 + i * 52} 236 L${104 + i * 52} 236 Z" fill="#fffbd0" opacity="0.2"/>`,
  );
  s.soft(6, beams.join(''));
}
