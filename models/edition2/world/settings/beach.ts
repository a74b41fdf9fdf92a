/** @file A beach: sea with a far cape, surf along a slanting shore, sand in front. */
import type { Scenery, Stops } from './scenery.ts';

/** Sky, and the sea under it. */
const WEATHER: readonly { sky: Stops; sea: Stops }[] = [
  {
    sky: [
      [0, '#4eaeee'],
      [1, '#dcf3fc'],
    ],
    sea: [
      [0, '#2c8cb6'],
      [0.35, '#27a5bf'],
      [0.8, '#86d8d2'],
    ],
  },
  {
    sky: [
      [0, '#7c9fd6'],
      [0.55, '#f3c9c0'],
      [1, '#ffe2b4'],
    ],
    sea: [
      [0, '#c99a9a'],
      [0.3, '#6f8fb4'],
      [0.8, '#86bccb'],
    ],
  },
  {
    sky: [
      [0, '#8cc9e4'],
      [1, '#f6f3df'],
    ],
    sea: [
      [0, '#5aa3b8'],
      [0.4, '#63b9bd'],
      [0.8, '#a6dccf'],
    ],
  },
];

export function beach(s: Scenery): void {
  const { random } = s;
  const { sky, sea } = random.pick(WEATHER);
  s.band(0, 130, s.linear(sky));
  s.sun(random.between(24, 96), random.between(30, 52), 12, '#fff2c2');
  s.clouds(random.below(3) + 1, '#ffffff', '#e3eef4');
  const left = random.chance(0.5);
  const [reach, peak] = [random.between(70, 130), random.between(14, 34)];
  s.add(
    `<g transform="${left ? '' : 'translate(256 0) scale(-1 1)'}"><path d="M-4 122 V${112 - peak * 0.6} Q${reach * 0.3} ${114 - peak} ${reach * 0.55} ${114 - peak * 0.4} Q${reach * 0.8} 114 ${reach} 122 Z" fill="${s.haze('#7fa3a6', '#aecacb')}"/></g>`,
  );
  s.band(120, 96, s.linear(sea));
  for (let i = 0; i < 8; i++) {
    const y = 125 + i * 2.2 + i * i * 0.7;
    const width = 22 + i * 8;
    s.add(
      `<rect x="${random.between(-10, 250 - width)}" y="${y}" width="${width}" height="${1.4 + i * 0.3}" rx="1.4" fill="#e4fbf8" opacity="0.42"/>`,
    );
  }
  const tilt = random.pick([-20, -12, -5, 5, 12, 20]);
  const shore = (y: number): string =>
    `M-40 ${y - tilt} H-4 C40 ${y - tilt + 9} 72 ${y - 10} 128 ${y} S210 ${y + tilt + 8} 260 ${y + tilt} H300 V300 H-40 Z`;
  const sand: Stops = [
    [0, '#e8cb90'],
    [0.35, '#f6e2b2'],
    [1, '#dfbc80'],
  ];
  s.soft(1.4, `<path d="${shore(158)}" fill="#b9e9e4" opacity="0.8"/>`);
  s.soft(1.2, `<path d="${shore(164)}" fill="#f8fffd"/>`);
  s.soft(1.8, `<path d="${shore(169)}" fill="#c9a66d"/>`);
  s.soft(3, `<path d="${shore(178)}" fill="${s.linear(sand)}"/>`);
  for (let i = 0; i < 3; i++)
    s.soft(
      2,
      `<path d="M${random.between(-20, 120)} ${200 + i * 20 + random.between(-5, 5)} q40 -6 84 0 t70 2" stroke="#d2b073" stroke-width="3" fill="none" opacity="0.5"/>`,
    );
  const [x, y] = [random.pick([22, 234]), random.between(236, 244)];
  s.add(
    `<ellipse cx="${x}" cy="${y}" rx="8" ry="5" fill="#ec9f88"/><ellipse cx="${x - 1.8}" cy="${y - 1.4}" rx="4.4" ry="2.3" fill="#fbd3c2"/>`,
  );
}
