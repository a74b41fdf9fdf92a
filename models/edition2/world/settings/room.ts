/** @file A room: light from the window on the left, a picture or a shelf on the right, boards that run to the wall. */
import type { Scenery } from './scenery.ts';

const WALLS = [
  ['#f4dfc2', '#e3c39c'],
  ['#dfe7dc', '#bccdbd'],
  ['#e3e2ee', '#c2c3da'],
  ['#f6dcd0', '#e2b7a6'],
] as const;
const WOODS = [
  ['#a8703f', '#d29c62', '#8a5a31'],
  ['#8d6242', '#bb8d66', '#704b31'],
] as const;

function window(s: Scenery, x: number): void {
  s.add(
    `<rect x="${x - 5}" y="25" width="66" height="82" rx="3" fill="#fffaf0"/><rect x="${x}" y="30" width="56" height="72" fill="${s.linear(
      [
        [0, '#8ecbf2'],
        [0.7, '#dff2f8'],
        [1, '#bfe0ac'],
      ],
    )}"/>`,
  );
  s.add(
    `<path d="M${x + 28} 30 V102 M${x} 62 H${x + 56}" stroke="#fffaf0" stroke-width="5"/><rect x="${x - 9}" y="104" width="74" height="7" rx="2" fill="#f2e6d4"/>`,
  );
}

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
  const x = random.between(20, 44);
  window(s, x);
  const decor = random.below(3);
  const right = random.between(168, 188);
  if (decor === 0) {
    const tone = random.pick(['#7fa3a0', '#c98d6a', '#8a93b8']);
    s.soft(2, `<rect x="${right + 4}" y="45" width="54" height="44" fill="#8d755c" opacity="0.35"/>`);
    s.add(`<rect x="${right}" y="38" width="54" height="44" rx="2" fill="#8a6242"/><rect x="${right + 6}" y="44" width="42" height="32" fill="#fbf3e2"/>
      <path d="M${right + 6} 76 V66 Q${right + 18} 54 ${right + 28} 64 T${right + 48} 60 V76 Z" fill="${tone}"/>`);
  } else if (decor === 1) {
    s.soft(2, `<rect x="${right + 2}" y="86" width="66" height="7" fill="#8d755c" opacity="0.4"/>`);
    s.add(`<rect x="${right - 4}" y="80" width="68" height="6" rx="1.5" fill="#9a6c45"/>`);
    ['#b8584a', '#5f8494', '#d3a44c', '#7a8f62'].forEach((tone, i) => {
      const h = random.between(24, 32);
      s.add(
        `<rect x="${right + 2 + i * 9.5}" y="${80 - h}" width="8.5" height="${h}" rx="1" fill="${tone}"/>`,
      );
    });
  } else {
    s.add(
      `<path d="M${right + 30} -2 V34" stroke="#6b5a4c" stroke-width="3"/><path d="M${right + 10} 54 Q${right + 14} 34 ${right + 30} 33 Q${right + 46} 34 ${right + 50} 54 Z" fill="#d9a55a"/>`,
    );
    s.glow(right + 30, 60, 52, '#fff0c0', 0.7);
  }
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
  const boards = Array.from({ length: 11 }, (_, i) => {
    const d = i - 5;
    return `M${middle + d * 27} 167 L${middle + d * 62} 258`;
  });
  s.add(`<path d="${boards.join(' ')}" stroke="${seam}" stroke-width="1.8" opacity="0.55" fill="none"/>`);
  s.soft(
    4,
    `<path d="M${x + 30} 172 L${x + 92} 172 L${x + 158} 236 L${x + 66} 236 Z" fill="#fff0c8" opacity="0.45"/>`,
  );
  s.soft(3, `<rect x="-4" y="165" width="264" height="7" fill="#4d3320" opacity="0.35"/>`);
}
