/** @file A room: light from the window on the left, a picture, a shelf, a lamp or a plant on the right, a wooden floor. */
import type { Scenery } from './scenery.ts';

const WALLS = [
  ['#f6e2c6', '#dfbd94'],
  ['#dfe9dd', '#b4c8b6'],
  ['#e4e3f0', '#bcbdd8'],
  ['#f8ddd1', '#dfb09e'],
  ['#d6e6ee', '#a7c3d2'],
] as const;
const WOODS = [
  ['#a8703f', '#d6a468', '#8a5a31'],
  ['#8d6242', '#bb8d66', '#704b31'],
  ['#b98d5e', '#e0bd8c', '#977047'],
] as const;

function window(s: Scenery, x: number): void {
  const view = s.linear([
    [0, '#86c6f1'],
    [0.7, '#dff2f8'],
    [1, '#b8dca6'],
  ]);
  s.add(`<rect x="${x - 5}" y="25" width="66" height="82" rx="3" fill="#fffaf0"/><rect x="${x}" y="30" width="56" height="72" fill="${view}"/>
    <path d="M${x + 28} 30 V102 M${x} 62 H${x + 56}" stroke="#fffaf0" stroke-width="5"/>
    <rect x="${x - 9}" y="104" width="74" height="7" rx="2" fill="#f2e6d4"/>`);
  if (s.random.chance(0.5)) return;
  const [tone, fold] = s.random.pick([
    ['#cf8f7c', '#b57362'],
    ['#8fa9c0', '#738ea6'],
    ['#d8b878', '#bd9c5c'],
  ]);
  const cloth = s.linear(
    [
      [0, tone!],
      [0.5, fold!],
      [1, tone!],
    ],
    [0, 0, 1, 0],
  );
  for (const left of [x - 15, x + 51])
    s.add(
      `<path d="M${left} 20 H${left + 20} Q${left + 17} 70 ${left + 21} 122 H${left - 1} Q${left + 3} 70 ${left} 20 Z" fill="${cloth}"/>`,
    );
  s.add(`<rect x="${x - 20}" y="16" width="96" height="5" rx="2.5" fill="#7d5a3d"/>`);
}

type Decor = (s: Scenery, x: number) => void;

const picture: Decor = (s, x) => {
  const tone = s.random.pick(['#7fa3a0', '#c98d6a', '#8a93b8']);
  s.soft(2, `<rect x="${x + 4}" y="43" width="56" height="46" fill="#6d553c" opacity="0.4"/>`);
  s.add(`<rect x="${x}" y="36" width="56" height="46" rx="2" fill="#8a6242"/><rect x="${x + 6}" y="42" width="44" height="34" fill="#fbf3e2"/>
    <path d="M${x + 6} 76 V66 Q${x + 18} 54 ${x + 28} 64 T${x + 50} 60 V76 Z" fill="${tone}"/>`);
};

const shelf: Decor = (s, x) => {
  s.soft(2, `<rect x="${x + 2}" y="86" width="66" height="7" fill="#6d553c" opacity="0.45"/>`);
  s.add(`<rect x="${x - 4}" y="80" width="68" height="6" rx="1.5" fill="#9a6c45"/>`);
  for (const [i, tone] of ['#b8584a', '#5f8494', '#d3a44c', '#7a8f62', '#a5789a'].entries()) {
    const height = s.random.between(24, 34);
    s.add(
      `<rect x="${x + 2 + i * 9.5}" y="${80 - height}" width="8.5" height="${height}" rx="1" fill="${tone}"/>`,
    );
  }
};

const lamp: Decor = (s, x) => {
  const shade = s.linear([
    [0, '#c98f45'],
    [1, '#f4cf8c'],
  ]);
  s.glow(x + 30, 62, 60, '#fff0c0', 0.85);
  s.add(
    `<path d="M${x + 30} -2 V34" stroke="#6b5a4c" stroke-width="3"/><path d="M${x + 6} 58 Q${x + 12} 34 ${x + 30} 33 Q${x + 48} 34 ${x + 54} 58 Z" fill="${shade}"/>`,
  );
};

const plant: Decor = (s, x) => {
  const leaf = (turn: number, length: number, tone: string): string =>
    `<path d="M0 0 Q-9 ${-length * 0.55} 0 ${-length} Q9 ${-length * 0.55} 0 0 Z" fill="${tone}" transform="rotate(${turn})"/>`;
  const leaves = [-62, -34, -8, 20, 48, 70].map((turn, i) =>
    leaf(turn, 44 - Math.abs(turn) * 0.16, i % 2 === 0 ? '#6f9f70' : '#588b62'),
  );
  s.soft(2.4, `<ellipse cx="${x + 54}" cy="172" rx="24" ry="4" fill="#3d2717" opacity="0.4"/>`);
  s.add(
    `<g transform="translate(${x + 42} 140)">${leaves.join('')}</g><path d="M${x + 26} 138 H${x + 58} L${x + 54} 171 H${x + 30} Z" fill="${s.linear(
      [
        [0, '#cf9270'],
        [1, '#a96a4c'],
      ],
      [0, 0, 1, 0],
    )}"/>`,
  );
};

export function room(s: Scenery): void {
  const { random } = s;
  const [wall, shade] = random.pick(WALLS);
  const [wood, light, seam] = random.pick(WOODS);
  s.band(
    0,
    166,
    s.linear(
      [
        [0, wall],
        [1, shade],
      ],
      [0.1, 0, 1, 0.8],
    ),
  );
  const x = random.between(22, 48);
  window(s, x);
  s.band(
    156,
    11,
    s.linear([
      [0, '#fff8ea'],
      [1, '#e6d6bd'],
    ]),
  );
  s.band(
    167,
    92,
    s.linear([
      [0, wood],
      [0.5, light],
      [1, wood],
    ]),
  );
  const middle = random.between(110, 146);
  const boards = Array.from(
    { length: 11 },
    (_, i) => `M${middle + (i - 5) * 27} 167 L${middle + (i - 5) * 62} 258`,
  );
  s.add(`<path d="${boards.join(' ')}" stroke="${seam}" stroke-width="1.8" opacity="0.5" fill="none"/>`);
  s.soft(3, `<rect x="-20" y="165" width="296" height="7" fill="#4d3320" opacity="0.35"/>`);
  if (random.chance(0.45)) {
    const [rug, edge] = random.pick([
      ['#a9b8a8', '#879a8a'],
      ['#c9a79a', '#a98577'],
      ['#a7adc4', '#868da8'],
    ] as const);
    s.soft(
      1,
      `<ellipse cx="128" cy="213" rx="112" ry="27" fill="${edge}"/><ellipse cx="128" cy="212" rx="103" ry="22.5" fill="${rug}"/>`,
    );
  }
  random.pick([picture, shelf, lamp, plant])(s, random.between(172, 190));
  s.soft(
    4,
    `<path d="M${x + 30} 172 L${x + 92} 172 L${x + 158} 236 L${x + 66} 236 Z" fill="#fff0c8" opacity="0.42"/>`,
  );
}
