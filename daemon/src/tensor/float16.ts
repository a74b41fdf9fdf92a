/** @file IEEE 754 half precision, as stored in fp16 checkpoints, and bfloat16, as stored in many LoRAs. */

/** The number that 16 bits of half precision stand for. */
export function halfToFloat(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let everyHalf: Float32Array | null = null;

/** Many numbers at once, by a table of all of them. */
export function halvesToFloats(halves: Uint16Array): Float32Array<ArrayBuffer> {
  everyHalf ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfToFloat(bits));
  const floats = new Float32Array(halves.length);
  for (let i = 0; i < halves.length; i++) floats[i] = everyHalf[halves[i]!]!;
  return floats;
}

/** bfloat16, the upper half of a float32, as float32: nothing is rounded. */
export function bfloatsToFloats(bfloats: Uint16Array): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint32Array.from(bfloats, (bits) => bits << 16).buffer);
}

const single = new Float32Array(1);
const singleBits = new Uint32Array(single.buffer);

/** The 16 bits of half precision nearest to a number, ties to even; too large becomes infinite. */
export function floatToHalf(value: number): number {
  single[0] = value;
  const bits = singleBits[0]!;
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 and beyond round to infinity.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  // Below 2^-14 there are only multiples of 2^-24; scaling by a power of two is exact.
  if (magnitude < 0x38800000) return sign | roundToEven(Math.abs(single[0]) * 2 ** 24);
  // The exponents' biases differ by 112; a carry out of the fraction raises the exponent, as it should.
  const kept = (magnitude - (112 << 23)) >>> 13;
  const rest = magnitude & 0x1fff;
  return sign | (kept + (rest > 0x1000 || (rest === 0x1000 && kept & 1) ? 1 : 0));
}

function roundToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
}
