/** @file A writer for the few protobuf forms that ONNX uses. */

const VARINT = 0;
const LENGTH_DELIMITED = 2;
const FIXED32 = 5;

/** A protobuf message under construction: fields are appended in any order. */
export class Message {
  private readonly parts: Uint8Array[] = [];

  /** An integer field (int32, int64, enum); negative numbers as 64-bit two's complement. */
  int(field: number, value: number): this {
    return this.push(field, VARINT, varint(value));
  }

  /** A repeated integer field, unpacked. */
  ints(field: number, values: readonly number[]): this {
    for (const value of values) this.int(field, value);
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.push(field, FIXED32, bytes);
  }

  /** A string, bytes or nested message field. */
  bytes(field: number, value: string | Uint8Array | Message): this {
    const bytes =
      typeof value === 'string' ? Buffer.from(value) : value instanceof Message ? value.encode() : value;
    return this.push(field, LENGTH_DELIMITED, varint(bytes.length), bytes);
  }

  /** The message on the wire. */
  encode(): Uint8Array {
    return Buffer.concat(this.parts);
  }

  private push(field: number, wireType: number, ...parts: Uint8Array[]): this {
    this.parts.push(varint(field * 8 + wireType), ...parts);
    return this;
  }
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  bytes.push(Number(rest));
  return Uint8Array.from(bytes);
}
