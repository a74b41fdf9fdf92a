/** @file Cat, dog, fish, bird. */
import { type DrawObject, outlined, stroked } from './paint.ts';

/** A sitting cat from the front: pointed ears, whiskers, curled tail. */
export const drawCat: DrawObject = (p) => `
  <path d="M72 92 Q98 92 94 66 Q92 54 84 56" ${stroked(p.dark, 13)}/>
  <path d="M72 92 Q98 92 94 66 Q92 54 84 56" ${stroked(p.base, 8)}/>
  <path d="M26 100 Q18 62 50 52 Q82 62 74 100 Z" ${outlined(p, p.fill)}/>
  <path d="M17 6 L40 18 H60 L83 6 L84 40 Q80 66 50 66 Q20 66 16 40 Z" ${outlined(p, p.fill)}/>
  <path d="M22 14 L35 21 L23 32 Z M78 14 L65 21 L77 32 Z" fill="#ffb3b8"/>
  <ellipse cx="36" cy="38" rx="6" ry="7.5" fill="#f7ffd9"/><ellipse cx="64" cy="38" rx="6" ry="7.5" fill="#f7ffd9"/>
  <ellipse cx="36" cy="38" rx="2.6" ry="7" fill="#1b1b22"/><ellipse cx="64" cy="38" rx="2.6" ry="7" fill="#1b1b22"/>
  <path d="M45 47 H55 L50 53 Z" fill="#e0567a"/>
  <path d="M50 53 Q47 60 41 57 M50 53 Q53 60 59 57" ${stroked('#2a2025', 2.2)}/>
  <path d="M30 50 L4 46 M30 54 L5 58 M70 50 L96 46 M70 54 L95 58" ${stroked('#2a2025', 1.8)}/>
  <ellipse cx="38" cy="96" rx="10" ry="5" ${outlined(p, p.light)}/><ellipse cx="62" cy="96" rx="10" ry="5" ${outlined(p, p.light)}/>`;

/** A standing dog from the side: hanging ear, long muzzle, raised tail, collar. */
export const drawDog: DrawObject = (p) => `
  <path d="M88 54 Q97 44 95 28" ${stroked(p.dark, 11)}/><path d="M88 54 Q97 44 95 28" ${stroked(p.base, 6.5)}/>
  <path d="M30 50 H80 Q94 50 93 64 L92 100 H79 L77 80 H52 L50 100 H36 L32 74 Q26 60 30 50 Z" ${outlined(p, p.fill)}/>
  <path d="M2 46 Q1 34 16 32 Q20 12 38 12 Q57 12 58 32 L56 58 Q44 68 32 60 Q28 54 14 55 Q3 55 2 46 Z" ${outlined(p, p.fill)}/>
  <path d="M42 16 Q62 14 64 38 Q64 54 55 54 Q44 48 44 32 Z" ${outlined(p, p.dark)}/>
  <path d="M30 60 Q43 69 56 58" ${stroked('#d33b3b', 6)}/><circle cx="43" cy="68" r="4" fill="#ffd75e"/>
  <ellipse cx="6" cy="38" rx="6" ry="5" fill="#1b1b22"/>
  <circle cx="29" cy="30" r="4.4" fill="#1b1b22"/><circle cx="27.6" cy="28.6" r="1.5" fill="#ffffff"/>
  <path d="M8 49 Q18 51 25 46" ${stroked('#2a2025', 2.4)}/>`;

/** A fish swimming to the left: forked tail, fins, gill, round eye. */
export const drawFish: DrawObject = (p) => `
  <path d="M66 56 L98 28 Q90 56 98 86 Z" ${outlined(p, p.light)}/>
  <path d="M28 34 Q46 8 66 36 Z" ${outlined(p, p.light)}/>
  <path d="M36 80 L50 98 L60 78 Z" ${outlined(p, p.light)}/>
  <path d="M2 57 Q20 26 48 28 Q70 32 80 56 Q68 84 46 85 Q18 86 2 57 Z" ${outlined(p, p.fill)}/>
  <path d="M30 34 Q42 56 31 80" ${stroked(p.dark, 3)}/>
  <path d="M44 52 Q58 56 46 66 Z" ${outlined(p, p.light)}/>
  <circle cx="19" cy="49" r="6.5" fill="#ffffff"/><circle cx="18" cy="49" r="3.4" fill="#15151c"/>
  <path d="M3 60 Q9 63 13 61" ${stroked('#2a2025', 2.6)}/>`;

/** A perched songbird from the side: beak, wing, tail, thin legs. */
export const drawBird: DrawObject = (p) => `
  <path d="M44 84 V98 M36 98 H50 M56 84 V98 M49 98 H63" ${stroked('#c8741d', 3.6)}/>
  <path d="M64 54 L99 40 L96 56 L74 72 Z" ${outlined(p, p.dark)}/>
  <path d="M18 34 Q20 10 42 11 Q60 12 62 34 Q88 46 78 68 Q68 88 46 87 Q20 84 20 52 Z" ${outlined(p, p.fill)}/>
  <path d="M24 52 Q26 78 48 84 Q34 66 36 50 Z" fill="#fff4dc"/>
  <path d="M46 46 Q70 42 84 62 Q62 76 50 64 Q44 56 46 46 Z" ${outlined(p, p.dark)}/>
  <path d="M54 54 Q66 52 74 60 M56 62 Q64 62 70 64" ${stroked(p.light, 2.4)}/>
  <path d="M20 26 L0 36 L20 42 Z" ${outlined(p, '#ffb01f')}/>
  <circle cx="34" cy="29" r="5.4" fill="#ffffff"/><circle cx="33" cy="29" r="3.2" fill="#15151c"/>`;
