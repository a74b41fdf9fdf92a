/** @file The places: each drawn as SVG elements of a 128 x 128 picture. */
import { Random } from './random.ts';
import type { Setting } from './vocabulary.ts';

type DrawSetting = (random: Random) => string;

/** A cloud of three circles. */
function cloud(x: number, y: number, scale: number, colour: string): string {
  return `<g transform="translate(${x} ${y}) scale(${scale})" fill="${colour}">
    <circle cx="-10" cy="2" r="7"/><circle cx="0" cy="-3" r="10"/><circle cx="11" cy="2" r="7"/>
    <rect x="-14" y="1" width="29" height="8" rx="4"/></g>`;
}

const meadow: DrawSetting = (random) => {
  const sunX = random.chance(0.5) ? 20 : 108;
  const hill = random.between(-8, 8);
  const tufts = Array.from({ length: 6 }, (_, i) => {
    const x = 8 + i * 21 + random.between(-6, 6);
    const y = 88 + random.below(4) * 10;
    return `<path d="M${x} ${y} l-3 -6 M${x} ${y} v-7 M${x} ${y} l3 -6"/>`;
  });
  return `<rect width="128" height="128" fill="#9bdcfa"/>
    <circle cx="${sunX}" cy="18" r="11" fill="#ffe45c"/>
    ${cloud(128 - sunX + random.between(-12, 12), random.between(18, 30), 1.1, '#ffffff')}
    <path d="M0 78 Q32 ${62 + hill} 64 74 T128 ${70 - hill} V128 H0 Z" fill="#7cc65a"/>
    <path d="M0 86 Q64 ${78 - hill} 128 86 V128 H0 Z" fill="#a4dd6a"/>
    <g fill="none" stroke="#63ad43" stroke-width="2" stroke-linecap="round">${tufts.join('')}</g>`;
};

const beach: DrawSetting = (random) => {
  const shore = random.between(-4, 4);
  const sail = random.between(20, 108);
  return `<rect width="128" height="128" fill="#d3f1fd"/>
    ${cloud(random.between(24, 104), random.between(14, 26), 1, '#ffffff')}
    <rect y="46" width="128" height="40" fill="#1fa3b8"/>
    <rect y="46" width="128" height="9" fill="#1787a4"/>
    <path d="M${sail} 44 l-6 6 h12 Z" fill="#eafcff"/>
    <path d="M0 74 q16 ${4 + shore} 32 0 t32 0 t32 0 t32 0 V92 H0 Z" fill="#e9fbff"/>
    <path d="M0 80 q16 ${4 + shore} 32 0 t32 0 t32 0 t32 0 V128 H0 Z" fill="#f4dfa3"/>
    <g fill="#d9bb74"><circle cx="14" cy="116" r="2"/><circle cx="52" cy="122" r="2"/><circle cx="116" cy="112" r="2"/></g>
    <g fill="#f08a6b"><circle cx="${random.between(20, 108)}" cy="121" r="3.4"/></g>`;
};

const night: DrawSetting = (random) => {
  const moonX = random.chance(0.5) ? 22 : 104;
  const stars = Array.from({ length: 9 }, (_, i) => {
    const x = 7 + i * 14 + random.between(-4, 4);
    return `<circle cx="${x}" cy="${random.between(6, 62)}" r="${random.between(1.2, 2)}"/>`;
  });
  return `<rect width="128" height="128" fill="#16215a"/><rect y="40" width="128" height="50" fill="#22307a"/>
    <g fill="#fff7c9">${stars.join('')}</g>
    <circle cx="${moonX}" cy="20" r="12" fill="#fff3b5"/><circle cx="${moonX + 5}" cy="17" r="10" fill="#16215a"/>
    <path d="M0 84 Q40 ${66 + random.between(-6, 6)} 70 82 T128 80 V128 H0 Z" fill="#1b2a4c"/>
    <path d="M0 94 Q64 84 128 94 V128 H0 Z" fill="#2b4066"/>`;
};

const room: DrawSetting = (random) => {
  const windowX = random.chance(0.5) ? 10 : 82;
  const frameX = windowX === 10 ? 84 : 16;
  const frame = random.pick(['#c96f4a', '#5f8a8b']);
  return `<rect width="128" height="128" fill="#f3d9b8"/>
    <g fill="#ebcba3">${[0, 1, 2, 3].map((i) => `<rect x="${i * 32}" width="16" height="88"/>`).join('')}</g>
    <rect x="${windowX}" y="10" width="36" height="40" fill="#8d5a36"/>
    <rect x="${windowX + 4}" y="14" width="28" height="32" fill="#a8e0fb"/>
    <path d="M${windowX + 18} 14 v32 M${windowX + 4} 30 h28" stroke="#8d5a36" stroke-width="3"/>
    <rect x="${frameX}" y="16" width="26" height="22" fill="${frame}"/><rect x="${frameX + 4}" y="20" width="18" height="14" fill="#fff8e6"/>
    <rect y="84" width="128" height="6" fill="#fff4e0"/><rect y="90" width="128" height="38" fill="#b5763f"/>
    <path d="M0 102 H128 M0 115 H128 M30 90 V102 M90 90 V102 M60 102 V115 M12 115 V128 M104 115 V128" stroke="#8f5829" stroke-width="2" fill="none"/>`;
};

const snow: DrawSetting = (random) => {
  const fir = (x: number, s: number): string =>
    `<path d="M${x} ${80 - 34 * s} l${9 * s} ${14 * s} h${-4 * s} l${8 * s} ${12 * s} h${-26 * s} l${8 * s} ${-12 * s} h${-4 * s} Z" fill="#4d7a6c"/>`;
  const flakes = Array.from({ length: 12 }, (_, i) => {
    const x = 5 + i * 11 + random.between(-4, 4);
    return `<circle cx="${x}" cy="${random.between(4, 70)}" r="2"/>`;
  });
  return `<rect width="128" height="128" fill="#b4c8dd"/>
    ${fir(random.between(8, 22), 1)}${fir(random.between(104, 120), 1.15)}${fir(random.between(54, 74), 0.7)}
    <path d="M0 80 Q32 ${70 + random.between(-4, 4)} 64 78 T128 74 V128 H0 Z" fill="#dfeaf5"/>
    <path d="M0 90 Q64 ${82 + random.between(-3, 3)} 128 90 V128 H0 Z" fill="#f7fbff"/>
    <g fill="#ffffff">${flakes.join('')}</g>`;
};

const desert: DrawSetting = (random) => {
  const sunX = random.between(34, 94);
  const cactusX = random.chance(0.5) ? 14 : 112;
  return `<rect width="128" height="128" fill="#ff9d5c"/><rect y="36" width="128" height="24" fill="#ffb877"/>
    <rect y="58" width="128" height="30" fill="#ffd39a"/>
    <circle cx="${sunX}" cy="54" r="17" fill="#fff1b0"/>
    <path d="M0 82 L26 62 L44 62 L58 82 Z M78 82 L92 68 L108 68 L124 82 Z" fill="#b5583a"/>
    <path d="M0 84 Q30 ${74 + random.between(-4, 4)} 64 84 T128 82 V128 H0 Z" fill="#d98a48"/>
    <path d="M0 98 Q50 84 128 98 V128 H0 Z" fill="#e8a45e"/>
    <g stroke="#3f7d4b" stroke-linecap="round" fill="none" stroke-width="6"><path d="M${cactusX} 96 V58"/>
    <path stroke-width="5" d="M${cactusX} 80 h-8 v-10 M${cactusX} 76 h8 v-9"/></g>`;
};

const DRAW_SETTING: Readonly<Record<Setting, DrawSetting>> = { meadow, beach, night, room, snow, desert };

/** SVG elements of a place; details follow from the layout seed alone. */
export function drawSetting(setting: Setting, layoutSeed: number): string {
  return DRAW_SETTING[setting](new Random(layoutSeed));
}
