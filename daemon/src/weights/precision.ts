/** @file Single or half precision, by name. */

/** Single or half precision: what the UNet can compute in, and how weights are published. */
export const PRECISIONS = ['fp32', 'fp16'] as const;
export type Precision = (typeof PRECISIONS)[number];
