/** @file Numbers that lie in a file: where, and of which type. */

/** The types that are read, by their names in a .safetensors file, and the bytes that one number takes. */
export const BYTES_PER_ELEMENT = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U8: 1,
  BOOL: 1,
};

export type SafetensorsType = keyof typeof BYTES_PER_ELEMENT;

/** Any other type: a file may hold tensors that nobody asks for. */
export type UnreadType = string & { readonly isRead: false };

/** Where one tensor lies in its file. `offset` and `length` are bytes from the start of the file. */
export interface StoredTensor {
  readonly file: string;
  readonly dtype: SafetensorsType | UnreadType;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}
