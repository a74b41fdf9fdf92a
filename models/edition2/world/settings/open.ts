/** @file Open land by day: meadow, beach, snow, desert. */
import type { Scenery } from './scenery.ts';

/** Rolling green hills under clouds, a path winding to the horizon. */
export function meadow(s: Scenery): void {
  const { random } = s;
  const warm = random.chance(0.4);
  s.band(
    0,
    170,
    s.linear(
      warm
        ? [
            [0, '#6fb7ea'],
            [0.6, '#bfe2f3'],
            [0.85, '#fdeccb'],
          ]
        : [
            [0, '#4fa3e6'],
            [0.85, '#d3eefb'],
          ],
    ),
  );
  const sun = random.between(24, 84);
  s.glow(sun, 34, 74, '#fff3c4', 0.95).add(`<circle cx="${sun}" cy="34" r="13" fill="#fff6cf"/>`);
  s.cloud(random.between(120, 160), random.between(34, 52), 1.1, '#ffffff', '#dcebf6');
  s.cloud(random.between(206, 240), random.between(56, 76), 0.75, '#ffffff', '#e2eef7');
  s.land(
    118,
    14,
    3,
    s.linear([
      [0, '#8fb6cf'],
      [0.4, '#b5d3d6'],
    ]),
  );
  s.land(
    132,
    10,
    4,
    s.linear([
      [0, '#86b795'],
      [0.4, '#a9d09a'],
    ]),
  );
  const groves = Array.from({ length: 3 }, () => random.between(10, 246));
  for (const x of groves)
    s.add(
      [-11, 0, 11]
        .map(
          (dx) => `<ellipse cx="${x + dx}" cy="${141 - (dx === 0 ? 3 : 0)}" rx="9" ry="8" fill="#6d9f78"/>`,
        )
        .join(''),
    );
  s.land(
    147,
    7,
    3,
    s.linear([
      [0, '#94c765'],
      [0.5, '#77b64e'],
    ]),
  );
  s.land(
    164,
    6,
    2,
    s.linear([
      [0, '#a9d86c'],
      [0.35, '#86c653'],
      [1, '#5ea53b'],
    ]),
  );
  const [far, near] = [random.between(90, 170), random.between(40, 216)];
  s.soft(
    2,
    `<path d="M${far} 163 Q${far + 26} 184 ${near - 8} 205 T${near - 54} 262 H${near + 40} Q${near + 8} 226 ${far + 34} 196 T${far + 5} 163 Z" fill="#dcd79a" opacity="0.7"/>`,
  );
  for (let i = 0; i < 9; i++) {
    const [x, y] = [random.between(6, 250), random.between(232, 250)];
    s.add(`<circle cx="${x}" cy="${y}" r="2.6" fill="${random.pick(['#fff4b8', '#ffffff', '#f6d3e3'])}"/>`);
  }
}

/** Sea with a far headland, surf along a slanting shore, sand in front. */
export function beach(s: Scenery): void {
  const { random } = s;
  const evening = random.chance(0.35);
  s.band(
    0,
    130,
    s.linear(
      evening
        ? [
            [0, '#7fb2e0'],
            [0.6, '#f7d7c4'],
            [1, '#ffe6bf'],
          ]
        : [
            [0, '#58b4ee'],
            [1, '#dcf3fc'],
          ],
    ),
  );
  const sun = random.between(24, 96);
  s.glow(sun, 40, 80, '#fff2c2', 0.9).add(`<circle cx="${sun}" cy="40" r="12" fill="#fff7d6"/>`);
  s.cloud(random.between(140, 180), random.between(36, 50), 1, '#ffffff', '#e3eef4');
  s.cloud(random.between(214, 250), random.between(62, 80), 0.7, '#ffffff', '#e6f0f5');
  const cape = random.chance(0.5)
    ? `M-4 122 V104 Q34 88 62 106 Q84 112 104 122 Z`
    : `M260 122 V102 Q220 86 196 106 Q168 110 150 122 Z`;
  s.add(
    `<path d="${cape}" fill="${s.linear([
      [0, '#86a9a8'],
      [1, '#a9c6c6'],
    ])}"/>`,
  );
  s.band(
    120,
    80,
    s.linear([
      [0, '#2f8fb4'],
      [0.35, '#2aa5bd'],
      [0.8, '#7fd4d0'],
    ]),
  );
  for (let i = 0; i < 7; i++) {
    const y = 126 + i * i * 0.9 + i * 2;
    const x = random.between(-10, 200);
    s.add(
      `<rect x="${x}" y="${y}" width="${26 + i * 7}" height="${1.6 + i * 0.35}" rx="1.4" fill="#c9f0ef" opacity="0.5"/>`,
    );
  }
  const tilt = random.between(-12, 12);
  const shore = (y: number): string =>
    `M-4 ${y - tilt} C40 ${y - tilt + 9} 72 ${y - 10} 128 ${y} S210 ${y + tilt + 8} 260 ${y + tilt} V260 H-4 Z`;
  s.soft(1.2, `<path d="${shore(163)}" fill="#f4fdfb"/>`);
  s.soft(1.6, `<path d="${shore(169)}" fill="#cfae74"/>`);
  s.soft(
    2.4,
    `<path d="${shore(176)}" fill="${s.linear([
      [0, '#ecd197'],
      [0.4, '#f5e0ae'],
      [1, '#e3c388'],
    ])}"/>`,
  );
  for (let i = 0; i < 3; i++) {
    const y = 200 + i * 20 + random.between(-5, 5);
    s.soft(
      2,
      `<path d="M${random.between(-20, 120)} ${y} q40 -6 84 0 t70 2" stroke="#d9b97c" stroke-width="3" fill="none" opacity="0.55"/>`,
    );
  }
  const [x, y] = [random.pick([22, 234]), random.between(236, 244)];
  s.add(
    `<ellipse cx="${x}" cy="${y}" rx="7" ry="4.6" fill="#f3b09a"/><ellipse cx="${x - 1.5}" cy="${y - 1.2}" rx="3.6" ry="2" fill="#fbd3c2"/>`,
  );
}

function fir(x: number, y: number, scale: number, fill: string, snow: string): string {
  const tier = (top: number, width: number, height: number, colour: string): string =>
    `<path d="M0 ${top} L${width} ${top + height} Q0 ${top + height + 4} ${-width} ${top + height} Z" fill="${colour}"/>`;
  return `<g transform="translate(${x} ${y}) scale(${scale})"><rect x="-2.5" y="-6" width="5" height="8" fill="#7a6a66"/>
    ${tier(-30, 17, 26, fill)}${tier(-45, 13.5, 22, fill)}${tier(-58, 10, 19, fill)}
    ${tier(-30, 10, 9, snow)}${tier(-45, 9, 9, snow)}${tier(-58, 7, 9, snow)}</g>`;
}

/** Mountains in frosty haze, firs on both sides, drifts of snow. */
export function snow(s: Scenery): void {
  const { random } = s;
  const rosy = random.chance(0.5);
  s.band(
    0,
    170,
    s.linear(
      rosy
        ? [
            [0, '#8fb2dc'],
            [0.55, '#d5dcee'],
            [0.9, '#fbe1da'],
          ]
        : [
            [0, '#7fabdb'],
            [0.9, '#e6f1fa'],
          ],
    ),
  );
  s.glow(random.between(30, 90), 40, 84, '#fff6e2', 0.8);
  s.land(
    98,
    26,
    4,
    s.linear([
      [0, '#c4d2e6'],
      [0.35, '#dfe8f3'],
    ]),
    true,
  );
  s.land(
    118,
    18,
    5,
    s.linear([
      [0, '#a7bcd6'],
      [0.3, '#d5e1ef'],
    ]),
    true,
  );
  for (let i = 0; i < 9; i++) {
    const x = i * 30 + random.between(-8, 8);
    s.add(fir(x, 148 + random.between(-2, 3), 0.42 * random.between(0.8, 1.15), '#8fa9b8', '#d9e5ee'));
  }
  s.land(
    148,
    6,
    3,
    s.linear([
      [0, '#e9f1f9'],
      [0.4, '#d5e3f2'],
    ]),
  );
  s.add(fir(random.between(8, 30), 168, 1.15 * random.between(0.85, 1.1), '#5d8583', '#eef5fa'));
  s.add(fir(random.between(228, 250), 170, 1.25 * random.between(0.85, 1.1), '#557d7d', '#eef5fa'));
  if (random.chance(0.5)) s.add(fir(random.between(46, 62), 160, 0.75, '#6d9291', '#e9f2f8'));
  s.land(
    168,
    6,
    2,
    s.linear([
      [0, '#f3f8fd'],
      [0.45, '#e1ecf7'],
      [1, '#c4d6ea'],
    ]),
  );
  s.soft(
    5,
    `<path d="M-10 ${random.between(206, 222)} Q70 190 150 212 T270 206 V226 Q190 222 120 226 T-10 224 Z" fill="#b9cde6" opacity="0.6"/>`,
  );
  const flakes = Array.from(
    { length: 16 },
    () =>
      `<circle cx="${random.between(4, 252)}" cy="${random.between(6, 130)}" r="${random.between(2, 3.4)}" fill="#ffffff" opacity="0.85"/>`,
  );
  s.soft(0.8, flakes.join(''));
}

function cactus(x: number, y: number, scale: number, fill: string, light: string): string {
  const arms = 'M0 0 V-56 M0 -22 H-14 V-38 M0 -30 H13 V-44';
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="none" stroke-linecap="round" stroke-linejoin="round">
    <path d="${arms}" stroke="${fill}" stroke-width="10"/><path d="M-2.4 -2 V-56" stroke="${light}" stroke-width="3"/></g>`;
}

/** Dunes with a sunny and a shady side, table mountains in the haze, a cactus aside. */
export function desert(s: Scenery): void {
  const { random } = s;
  const noon = random.chance(0.4);
  s.band(
    0,
    170,
    s.linear(
      noon
        ? [
            [0, '#5eaede'],
            [0.6, '#cfe3df'],
            [0.9, '#fae3ba'],
          ]
        : [
            [0, '#ef8f5f'],
            [0.5, '#f8b981'],
            [0.9, '#fde0ae'],
          ],
    ),
  );
  const sun = random.between(36, 100);
  const height = noon ? 36 : random.between(64, 84);
  s.glow(sun, height, 84, '#fff0b8', 0.95).add(
    `<circle cx="${sun}" cy="${height}" r="${noon ? 13 : 18}" fill="#fff5cf"/>`,
  );
  const far = noon ? ['#cda48c', '#e5c9a8'] : ['#d98a68', '#f0b98c'];
  for (let i = 0; i < 3; i++) {
    const [x, w, h] = [random.between(0, 230), random.between(30, 62), random.between(18, 38)];
    s.add(
      `<path d="M${x - w / 2 - 9} 142 L${x - w / 2} ${138 - h} H${x + w / 2} L${x + w / 2 + 11} 142 Z" fill="${s.linear(
        [
          [0, far[0]!],
          [1, far[1]!],
        ],
      )}"/>`,
    );
  }
  s.land(
    138,
    6,
    3,
    s.linear([
      [0, '#e6b277'],
      [0.3, '#eec088'],
    ]),
  );
  const crest = random.between(60, 190);
  s.add(
    `<path d="M-4 156 Q${crest * 0.5} 150 ${crest} 136 Q${crest + 50} 152 260 150 V260 H-4 Z" fill="${s.linear(
      [
        [0, '#f3c88c'],
        [0.6, '#e7b06c'],
      ],
    )}"/>`,
  );
  s.soft(
    1,
    `<path d="M${crest} 136 Q${crest + 50} 152 260 150 V190 Q${crest + 40} 172 ${crest - 12} 176 Q${crest + 14} 156 ${crest} 136 Z" fill="#cf9456" opacity="0.75"/>`,
  );
  s.land(
    172,
    7,
    2,
    s.linear([
      [0, '#f6d199'],
      [0.4, '#eebb78'],
      [1, '#d99a57'],
    ]),
  );
  for (let i = 0; i < 4; i++) {
    const y = 192 + i * 17;
    s.soft(
      1.6,
      `<path d="M${random.between(-40, 60)} ${y} q46 -9 92 0 t92 2" stroke="#d29a59" stroke-width="${2.4 + i * 0.5}" fill="none" opacity="0.45"/>`,
    );
  }
  const aside = random.chance(0.5) ? 20 : 238;
  s.soft(2, `<ellipse cx="${aside + 13}" cy="181" rx="20" ry="3.4" fill="#a36b3c" opacity="0.45"/>`);
  s.add(cactus(aside, 181, random.between(0.8, 1.1), '#5d8a5c', '#8bb07c'));
  if (random.chance(0.6)) s.add(cactus(random.between(80, 190), 160, 0.4, '#8a9a6c', '#a9b487'));
}
