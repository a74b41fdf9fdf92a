/** @file Tree, flower, mushroom, star, ball. */
import { type DrawObject, outlined, stroked } from './paint.ts';

/** A broad-leaved tree: brown trunk with a branch, cloud-shaped coloured crown. */
export const drawTree: DrawObject = (p) => `
  <path d="M41 100 Q46 80 43 56 H58 Q55 80 62 100 Z" ${outlined(p, '#7a4a28')}/>
  <path d="M20 66 Q2 62 6 46 Q-2 30 16 24 Q20 4 42 8 Q62 -4 76 14 Q96 16 93 36 Q104 52 86 62 Q74 76 58 67 Q38 78 20 66 Z" ${outlined(p, p.fill)}/>
  <path d="M50 84 V62 M50 72 L64 58 M50 68 L38 56" ${stroked('#7a4a28', 4.5)}/>`;

/** A daisy-like flower: eight coloured petals, yellow heart, stem with two leaves. */
export const drawFlower: DrawObject = (p) => {
  const petals = Array.from(
    { length: 8 },
    (_, i) =>
      `<ellipse cx="50" cy="17" rx="11.5" ry="17" transform="rotate(${i * 45} 50 38)" ${outlined(p, p.fill)}/>`,
  ).join('');
  return `
  <path d="M50 50 Q46 78 50 100" ${stroked('#2c7a2e', 6)}/>
  <path d="M49 90 Q30 92 20 74 Q42 70 49 90 Z M50 84 Q66 88 80 70 Q58 64 50 84 Z" fill="#3f9a3a"/>
  ${petals}<circle cx="50" cy="38" r="12" fill="#ffcf33" stroke="#b06f00" stroke-width="2.5"/>
  <path d="M46 35 h.1 M54 36 h.1 M50 42 h.1" ${stroked('#b06f00', 3)}/>`;
};

/** A toadstool: coloured cap with pale spots, thick stalk with a ring. */
export const drawMushroom: DrawObject = (p) => `
  <path d="M36 50 Q40 76 32 94 Q34 100 50 100 Q66 100 68 94 Q60 76 64 50 Z" ${outlined(p, '#f6ead0')}/>
  <path d="M35 66 Q50 76 65 66 L66 72 Q50 82 34 72 Z" fill="#d9c59d"/>
  <path d="M3 54 Q2 12 50 8 Q98 12 97 54 Q74 62 50 61 Q26 62 3 54 Z" ${outlined(p, p.fill)}/>
  <ellipse cx="30" cy="30" rx="8" ry="7" fill="#fff8ea"/><ellipse cx="62" cy="22" rx="9" ry="6.5" fill="#fff8ea"/>
  <ellipse cx="78" cy="42" rx="7" ry="6.5" fill="#fff8ea"/><ellipse cx="50" cy="46" rx="8" ry="6" fill="#fff8ea"/>
  <ellipse cx="16" cy="47" rx="5.5" ry="4.5" fill="#fff8ea"/>`;

/** A five-pointed star with rounded joints and a friendly face. */
export const drawStar: DrawObject = (p) => {
  const points = Array.from({ length: 10 }, (_, i) => {
    const radius = i % 2 === 0 ? 53 : 24;
    const angle = (Math.PI * i) / 5 - Math.PI / 2;
    return `${(50 + radius * Math.cos(angle)).toFixed(1)},${(54 + radius * Math.sin(angle)).toFixed(1)}`;
  });
  return `<polygon points="${points.join(' ')}" ${outlined(p, p.fill)}/>
  <circle cx="42" cy="50" r="3.4" fill="#1d1a24"/><circle cx="58" cy="50" r="3.4" fill="#1d1a24"/>
  <path d="M42 60 Q50 68 58 60" ${stroked('#1d1a24', 3)}/>`;
};

/** A round ball with a seam and a highlight. */
export const drawBall: DrawObject = (p) => `
  <circle cx="50" cy="52" r="47" ${outlined(p, p.fill)}/>
  <path d="M22 88 A47 47 0 0 0 90 76 A52 52 0 0 1 22 88 Z" fill="${p.dark}" fill-opacity="0.55"/>
  <ellipse cx="33" cy="28" rx="13" ry="8" transform="rotate(-35 33 28)" fill="#ffffff" fill-opacity="0.85"/>`;
