/** @file Numbers with a shape, on the host. */

/** A row-major float32 tensor on the host. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The number of elements of a shape; 1 for a scalar (`[]`). */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/**
 * A tensor over `data`, or zeros when no data is given.
 *
 * @throws {RangeError} when the data does not fill the shape exactly.
 */
export function tensor(shape: readonly number[], data?: Float32Array | readonly number[]): Tensor {
  const count = elementCount(shape);
  const values =
    data === undefined
      ? new Float32Array(count)
      : data instanceof Float32Array
        ? data
        : Float32Array.from(data);
  if (values.length !== count) {
    throw new RangeError(`a tensor of shape [${shape}] has ${count} elements, not ${values.length}`);
  }
  return { shape: [...shape], data: values };
}

/** What tensors take on the host, in bytes. */
export const bytesOf = (tensors: readonly Tensor[]): number =>
  tensors.reduce((sum, { data }) => sum + data.byteLength, 0);

/** Row `index` of the first axis, kept as an axis of size 1: `[N, ...]` to `[1, ...]`, sharing the data. */
export function row(source: Tensor, index: number): Tensor {
  const [rows = 0, ...rest] = source.shape;
  if (index < 0 || index >= rows) throw new RangeError(`row ${index} of a tensor with ${rows} rows`);
  const size = elementCount(rest);
  return { shape: [1, ...rest], data: source.data.subarray(index * size, (index + 1) * size) };
}

/** Tensors joined along the first axis: `[a, ...]`, `[b, ...]` to `[a + b, ...]`, copied. */
export function stack(parts: readonly Tensor[]): Tensor {
  const [first] = parts;
  if (first === undefined) throw new RangeError('cannot stack no tensors');
  const rest = first.shape.slice(1);
  const rows = parts.reduce((sum, part) => sum + (part.shape[0] ?? 0), 0);
  const joined = tensor([rows, ...rest]);
  let offset = 0;
  for (const part of parts) {
    if (part.shape.slice(1).join() !== rest.join()) {
      throw new RangeError(`cannot stack [${part.shape}] on [${first.shape}]`);
    }
    joined.data.set(part.data, offset);
    offset += part.data.length;
  }
  return joined;
}
