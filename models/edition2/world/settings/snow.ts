/** @file Snow: mountains in frosty haze, firs on both sides, drifts with blue shadows. */
import type { Scenery, Stops } from './scenery.ts';

const SKIES: readonly Stops[] = [
  [
    [0, '#8fb2dc'],
    [0.55, '#d5dcee'],
    [0.9, '#fbdfd8'],
  ],
  [
    [0, '#74a5da'],
    [0.9, '#e6f1fa'],
  ],
  [
    [0, '#a3b6cf'],
    [0.9, '#e9edf3'],
  ],
];

function fir(x: number, y: number, scale: number, fill: string, snow: string): string {
  const tier = (top: number, width: number, height: number, colour: string): string =>
    `<path d="M0 ${top} L${width} ${top + height} Q0 ${top + height + 4} ${-width} ${top + height} Z" fill="${colour}"/>`;
  return `<g transform="translate(${x} ${y}) scale(${scale})"><rect x="-2.5" y="-6" width="5" height="8" fill="#7a6a66"/>
    ${tier(-30, 17, 26, fill)}${tier(-45, 13.5, 22, fill)}${tier(-58, 10, 19, fill)}
    ${tier(-30, 10, 9, snow)}${tier(-45, 9, 9, snow)}${tier(-58, 7, 9, snow)}</g>`;
}

export function snow(s: Scenery): void {
  const { random } = s;
  s.band(0, 170, s.linear(random.pick(SKIES)));
  s.glow(random.between(30, 90), 40, 90, '#fff8e6', 0.9);
  const jagged = random.chance(0.6);
  s.land(96, random.between(16, 34), random.pick([3, 4]), s.haze('#bccbe2', '#e3eaf4'), jagged);
  s.land(118, random.between(10, 20), 5, s.haze('#9fb5d2', '#d9e4f0'), jagged);
  for (let i = 0; i < 9; i++) {
    const size = 0.42 * random.between(0.7, 1.2);
    s.add(fir(i * 30 + random.between(-8, 8), 148 + random.between(-2, 3), size, '#8fa9b8', '#d9e5ee'));
  }
  s.land(148, 6, 3, s.haze('#eaf2fa', '#d3e2f2'));
  if (random.chance(0.4)) {
    const ice = s.linear([
      [0, '#e4f1f8'],
      [1, '#a9cbe2'],
    ]);
    s.soft(1.2, `<ellipse cx="${random.between(90, 166)}" cy="160" rx="70" ry="8" fill="${ice}"/>`);
  }
  const sides = random.below(3);
  if (sides !== 1) s.add(fir(random.between(10, 32), 170, random.between(1, 1.35), '#557f80', '#eef5fa'));
  if (sides !== 2) s.add(fir(random.between(226, 246), 170, random.between(1.05, 1.4), '#4f787a', '#eef5fa'));
  if (random.chance(0.5)) s.add(fir(random.pick([56, 62, 196, 204]), 162, 0.72, '#6d9291', '#e9f2f8'));
  const ground: Stops = [
    [0, '#f6fafe'],
    [0.45, '#e3edf8'],
    [1, '#bfd2e8'],
  ];
  s.land(168, 6, 2, s.linear(ground));
  const y = random.between(198, 214);
  s.soft(
    5,
    `<path d="M-40 ${y} Q70 ${y - 20} 150 ${y + 4} T310 ${y} V${y + 16} Q190 ${y + 12} 120 ${y + 18} T-40 ${y + 14} Z" fill="#b4c9e4" opacity="0.55"/>`,
  );
  const flakes = Array.from(
    { length: 14 },
    (_, i) =>
      `<circle cx="${10 + i * 18 + random.between(-6, 6)}" cy="${10 + ((i * 53) % 120) + random.between(-8, 8)}" r="${random.between(2, 3.2)}"/>`,
  );
  s.soft(0.9, `<g fill="#ffffff" opacity="0.85">${flakes.join('')}</g>`);
}
