/** @file The types and shapes of what a graph computes with. */

import { elementCount } from '../tensor/tensor.ts';

/** Floating-point types. Checkpoints may be stored in float16, and networks may compute in it. */
export type FloatType = 'float32' | 'float16';

/** Types that graphs compute with. */
export type ElementType = FloatType | 'int64' | 'bool';

export type Shape = readonly number[];

/** What is known of a value before it is computed. */
export interface Typed {
  readonly type: ElementType;
  readonly shape: Shape;
}

const BYTES: Record<ElementType, number> = { float32: 4, float16: 2, int64: 8, bool: 1 };

export const bytesPerElement = (type: ElementType): number => BYTES[type];

export const bytesOf = ({ type, shape }: Typed): number => bytesPerElement(type) * elementCount(shape);

/** TensorProto.DataType */
export const DATA_TYPE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float16: 10,
};

/** The type that an operator computes in: that of all its operands. @throws {Error} when they differ. */
export function commonType(first: Typed, ...others: readonly (Typed | null)[]): ElementType {
  const other = others.find((one) => one !== null && one.type !== first.type);
  if (other) throw new Error(`operands of two types, ${first.type} and ${other.type}`);
  return first.type;
}
