/** @file A clear night: moon, stars, dark hills, and a lake or a moonlit field. */
import type { Scenery } from './scenery.ts';

export function night(s: Scenery): void {
  const { random } = s;
  const lake = random.chance(0.5);
  s.band(
    0,
    180,
    s.linear([
      [0, '#0d1740'],
      [0.5, '#1f3270'],
      [0.85, '#4a5c9c'],
    ]),
  );
  const [x, y] = [random.between(36, 92), random.between(34, 54)];
  for (let i = 0; i < 16; i++) {
    const [sx, sy] = [8 + i * 16 + random.between(-6, 6), random.between(8, 104)];
    if (Math.hypot(sx - x, sy - y) > 30)
      s.glow(sx, sy, 5, '#fffbe0', 0.5).add(
        `<circle cx="${sx}" cy="${sy}" r="${random.between(1.5, 2.3)}" fill="#fffbe6"/>`,
      );
  }
  s.glow(x, y, 78, '#cfd9ff', 0.6).add(
    `<circle cx="${x}" cy="${y}" r="19" fill="${s.linear(
      [
        [0, '#fffbe4'],
        [1, '#f3e6b4'],
      ],
      [0, 0, 1, 1],
    )}"/>`,
  );
  s.add(
    `<circle cx="${x + 6}" cy="${y - 4}" r="4" fill="#e9dbaa"/><circle cx="${x - 6}" cy="${y + 6}" r="3" fill="#e9dbaa"/>`,
  );
  s.land(
    120,
    18,
    4,
    s.linear([
      [0, '#33467f'],
      [0.4, '#42568f'],
    ]),
    random.chance(0.5),
  );
  s.land(
    138,
    9,
    4,
    s.linear([
      [0, '#24386a'],
      [0.4, '#2d4475'],
    ]),
  );
  if (lake) {
    s.band(
      148,
      60,
      s.linear([
        [0, '#5266a4'],
        [0.5, '#2c4280'],
        [1, '#22356c'],
      ]),
    );
    for (let i = 0; i < 6; i++) {
      const w = 34 - i * 3 + random.between(-4, 4);
      s.soft(
        0.8,
        `<rect x="${x - w / 2 + random.between(-3, 3)}" y="${151 + i * 4.4}" width="${w}" height="2.4" rx="1.2" fill="#fdf3c6" opacity="${0.75 - i * 0.09}"/>`,
      );
    }
  } else {
    s.land(
      150,
      6,
      3,
      s.linear([
        [0, '#2c5068'],
        [0.6, '#234257'],
      ]),
    );
  }
  s.land(
    176,
    5,
    2,
    s.linear([
      [0, '#46708a'],
      [0.3, '#345a72'],
      [1, '#1e3a52'],
    ]),
  );
  s.soft(
    12,
    `<ellipse cx="${128 + random.between(-20, 20)}" cy="214" rx="110" ry="20" fill="#7ea6b8" opacity="0.4"/>`,
  );
}
