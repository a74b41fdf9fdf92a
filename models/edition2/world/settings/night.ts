/** @file A clear night: moon, stars, dark hills; a lake, a field or northern lights. */
import type { Scenery, Stops } from './scenery.ts';

const SKIES: readonly Stops[] = [
  [
    [0, '#0d1740'],
    [0.5, '#1f3270'],
    [0.85, '#4a5c9c'],
  ],
  [
    [0, '#120f36'],
    [0.5, '#35296b'],
    [0.85, '#74558f'],
  ],
  [
    [0, '#081a38'],
    [0.5, '#123d63'],
    [0.85, '#2f7386'],
  ],
];

function moon(s: Scenery, x: number, y: number): void {
  const light = s.linear(
    [
      [0, '#fffbe4'],
      [1, '#f0e1aa'],
    ],
    [0, 0, 1, 1],
  );
  s.glow(x, y, 82, '#cfd9ff', 0.65);
  if (s.random.chance(0.4)) {
    s.add(
      `<path d="M${x + 4} ${y - 20} A20 20 0 1 0 ${x + 19} ${y + 9} A17 17 0 0 1 ${x + 4} ${y - 20} Z" fill="${light}"/>`,
    );
    return;
  }
  s.add(
    `<circle cx="${x}" cy="${y}" r="19" fill="${light}"/><g fill="#e6d8a4"><circle cx="${x + 6}" cy="${y - 4}" r="4"/><circle cx="${x - 6}" cy="${y + 6}" r="3"/></g>`,
  );
}

export function night(s: Scenery): void {
  const { random } = s;
  s.band(0, 180, s.linear(random.pick(SKIES)));
  const [x, y] = [random.between(36, 92), random.between(34, 54)];
  const feature = random.below(3);
  if (feature === 2)
    for (const [i, colour] of ['#5fe0b0', '#6fc4e8', '#8f8be8'].entries()) {
      const top = 40 + i * 16 + random.between(-6, 6);
      s.soft(
        7,
        `<path d="M${90 + i * 20} ${top + 34} Q150 ${top - 14} 200 ${top + 14} T290 ${top}" stroke="${colour}" stroke-width="15" fill="none" opacity="0.5"/>`,
      );
    }
  for (let i = 0; i < 15; i++) {
    const [sx, sy] = [10 + i * 17 + random.between(-6, 6), 10 + ((i * 41) % 92) + random.between(-6, 6)];
    if (Math.hypot(sx - x, sy - y) > 34)
      s.glow(sx, sy, 6, '#fffbe0', 0.5).add(
        `<circle cx="${sx}" cy="${sy}" r="${random.between(1.5, 2.4)}" fill="#fffbe6"/>`,
      );
  }
  moon(s, x, y);
  s.land(120, random.between(10, 22), 4, s.haze('#33467f', '#4b5f98'), random.chance(0.5));
  s.land(138, 9, 4, s.haze('#22356a', '#2d4475'));
  if (feature === 0) {
    const water: Stops = [
      [0, '#6074ae'],
      [0.5, '#2c4280'],
      [1, '#22356c'],
    ];
    s.band(148, 60, s.linear(water));
    for (const [i, reach] of [10, 15, 13, 8].entries())
      s.soft(
        1.3,
        `<ellipse cx="${x + random.between(-2, 2)}" cy="${151 + i * 6}" rx="${reach}" ry="2.2" fill="#fdf3c6" opacity="${0.8 - 0.16 * i}"/>`,
      );
  } else s.land(150, 6, 3, s.haze('#2c5068', '#234257'));
  const ground: Stops = [
    [0, '#4c7892'],
    [0.3, '#365d76'],
    [1, '#1d3951'],
  ];
  s.land(174, 5, 2, s.linear(ground));
  s.soft(
    12,
    `<ellipse cx="${128 + random.between(-20, 20)}" cy="214" rx="110" ry="20" fill="#7ea6b8" opacity="0.4"/>`,
  );
  if (feature === 1) s.road(random.between(100, 160), random.between(50, 206), 173, 40, '#7f9db0', 0.45);
}
