/** @file A meadow: rolling hills under clouds; a path, a pond or mown stripes in front. */
import type { Scenery, Stops } from './scenery.ts';

const SKIES: readonly Stops[] = [
  [
    [0, '#4fa3e6'],
    [0.85, '#d3eefb'],
  ],
  [
    [0, '#6fb0e4'],
    [0.55, '#c9e4f0'],
    [0.88, '#fde6c0'],
  ],
  [
    [0, '#83c3e8'],
    [0.9, '#eef7ee'],
  ],
];

function grove(s: Scenery, x: number, y: number): void {
  const crowns = [-13, 0, 12].map((dx) => {
    const r = s.random.between(8, 11);
    return `<ellipse cx="${x + dx}" cy="${y - r * 0.6}" rx="${r * 1.05}" ry="${r}"/>`;
  });
  const fill = s.linear([
    [0, '#86b585'],
    [1, '#5f9468'],
  ]);
  s.add(`<g fill="${fill}">${crowns.join('')}</g>`);
}

function flowers(s: Scenery): void {
  const { random } = s;
  const tone = random.pick(['#fff3b0', '#ffffff', '#f8d0e2']);
  for (let i = 0; i < 14; i++) {
    const near = i / 14;
    const x = random.chance(0.5) ? random.between(2, 60) : random.between(196, 254);
    s.add(`<circle cx="${x}" cy="${184 + 66 * near}" r="${1.4 + 1.9 * near}" fill="${tone}" opacity="0.9"/>`);
  }
}

export function meadow(s: Scenery): void {
  const { random } = s;
  s.band(0, 170, s.linear(random.pick(SKIES)));
  s.sun(random.between(24, 84), random.between(28, 46), 13, '#fff3c4');
  s.clouds(random.below(3) + 1, '#ffffff', '#dcebf6');
  s.land(116, random.between(10, 22), 3, s.haze('#86aed0', '#b9d5dc'), random.chance(0.35));
  s.land(131, random.between(6, 13), 4, s.haze('#7fb094', '#a9d09a'));
  s.land(147, 7, 3, s.haze('#93c765', '#74b34d'));
  const groves = random.below(3) + 1;
  for (let i = 0; i < groves; i++) grove(s, random.between(10, 246), random.between(142, 149));
  const ground: Stops = [
    [0, '#b2dd74'],
    [0.35, '#89c856'],
    [1, '#589f38'],
  ];
  s.land(163, 5, 2, s.linear(ground));
  const feature = random.below(3);
  if (feature === 0) s.road(random.between(90, 170), random.between(30, 226), 162, 54, '#e2d8a0', 0.75);
  else if (feature === 1) {
    const [x, y] = [random.pick([58, 200]), 184];
    const water = s.linear([
      [0, '#dff3fb'],
      [1, '#7fc0e2'],
    ]);
    s.soft(1.4, `<ellipse cx="${x}" cy="${y}" rx="74" ry="12" fill="#5c9a45"/>`);
    s.soft(0.8, `<ellipse cx="${x}" cy="${y + 1}" rx="69" ry="9.5" fill="${water}"/>`);
  } else
    for (const d of [-4, -2, 0, 2, 4])
      s.soft(
        2,
        `<path d="M${128 + d * 13} 166 L${128 + d * 46} 272 H${128 + (d + 1) * 46} L${128 + (d + 1) * 13} 166 Z" fill="#cdea8c" opacity="0.4"/>`,
      );
  flowers(s);
}
