/**
 * @file The .safetensors container: an 8-byte length, a JSON header, then the raw tensors.
 *
 * Reading parses only the header; the graph points into the file at the offsets found here.
 */

import { createHash } from 'node:crypto';
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { ours, PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { weightsFault } from '../files/fileFault.ts';
import { jsonOf } from '../files/json.ts';
import { bfloatsToFloats, floatToHalf, halvesToFloats } from '../tensor/float16.ts';
import { BYTES_PER_ELEMENT, type SafetensorsType, type StoredTensor } from '../tensor/storedTensor.ts';
import { elementCount, type Tensor } from '../tensor/tensor.ts';

/** Published checkpoints have headers below 1 MB; a hostile one could ask for all memory (CWE-770). */
const MAX_HEADER_BYTES = 100_000_000;

const TensorEntry = z.object({
  dtype: z.string(),
  shape: z.array(z.int().nonnegative()).max(8),
  data_offsets: z.tuple([z.int().nonnegative(), z.int().nonnegative()]),
});
const Header = z.record(z.string(), z.unknown());
const Metadata = z.record(z.string(), z.string());

/** The parsed header of one file. */
export interface SafetensorsFile {
  readonly path: string;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** sha256 of the header: changes when a tensor's name, shape, type or place does. */
  readonly headerHash: string;
}

/**
 * Parses the header of a .safetensors file and checks that every tensor lies within the file.
 *
 * @throws {PalimpsestError} MODEL_FOLDER_INVALID when the file cannot be opened, WEIGHT_INVALID when it is
 *   damaged or cut short, or something else under that name.
 */
export function readHeader(path: string): SafetensorsFile {
  try {
    return readWhole(path);
  } catch (cause) {
    const fault = weightsFault(path);
    if (fault === null || !(cause instanceof PalimpsestError)) throw cause;
    throw new PalimpsestError(
      cause.code,
      sentence`${{ file: place(path) }} is ${{ what: ours(fault.what) }}. ${{ advice: ours(fault.advice) }}`,
      { cause },
    );
  }
}

function readWhole(path: string): SafetensorsFile {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (cause) {
    throw new PalimpsestError(
      'MODEL_FOLDER_INVALID',
      sentence`Cannot open ${{ file: place(path) }}. Check that the file exists and can be read.`,
      { cause },
    );
  }
  try {
    const size = fstatSync(file).size;
    const lengthBytes = Buffer.alloc(8);
    if (size < 8 || readSync(file, lengthBytes, 0, 8, 0) < 8)
      throw damaged(path, sentence`it is shorter than a header`);
    const headerLength = Number(lengthBytes.readBigUInt64LE());
    if (headerLength > size - 8 || headerLength > MAX_HEADER_BYTES)
      throw damaged(path, sentence`its header is cut short`);
    const header = Buffer.alloc(headerLength);
    readSync(file, header, 0, headerLength, 8);
    return parseHeader(path, header, size);
  } finally {
    closeSync(file);
  }
}

function parseHeader(path: string, header: Buffer, fileSize: number): SafetensorsFile {
  let entries: Record<string, unknown>;
  try {
    entries = Header.parse(jsonOf(header));
  } catch {
    throw damaged(path, sentence`its header is not valid JSON`);
  }
  const { __metadata__, ...tensorEntries } = entries;
  const dataStart = 8 + header.length;
  const tensors = new Map<string, StoredTensor>();
  for (const [name, value] of Object.entries(tensorEntries)) {
    const entry = TensorEntry.safeParse(value);
    if (!entry.success) throw damaged(path, sentence`the entry of ${{ tensor: name }} cannot be read`);
    const { dtype, shape, data_offsets } = entry.data;
    const [begin, end] = data_offsets;
    const length = end - begin;
    if (length < 0 || (isKnownType(dtype) && length !== elementCount(shape) * BYTES_PER_ELEMENT[dtype])) {
      throw damaged(
        path,
        sentence`${{ tensor: name }} has the wrong number of bytes for its shape [${{ shape: String(shape) }}]`,
      );
    }
    if (dataStart + end > fileSize)
      throw damaged(path, sentence`it ends before the tensor ${{ tensor: name }}`);
    tensors.set(name, {
      file: path,
      dtype: dtype as StoredTensor['dtype'],
      shape,
      offset: dataStart + begin,
      length,
    });
  }
  const metadata = Metadata.safeParse(__metadata__ ?? {});
  return {
    path,
    tensors,
    metadata: metadata.success ? metadata.data : {},
    headerHash: createHash('sha256').update(header).digest('hex'),
  };
}

function isKnownType(dtype: string): dtype is SafetensorsType {
  return Object.hasOwn(BYTES_PER_ELEMENT, dtype);
}

function damaged(path: string, fact: Sentence): PalimpsestError {
  return new PalimpsestError(
    'WEIGHT_INVALID',
    sentence`${{ file: place(path) }} is damaged: ${{ reason: fact }}. Download or copy the file again; its download may have been interrupted.`,
  );
}

function unreadable(path: string, name: string, dtype: string): PalimpsestError {
  return new PalimpsestError(
    'WEIGHT_INVALID',
    sentence`${{ file: place(path) }} holds ${{ tensor: name }} in the type ${{ type: dtype }}, which Palimpsest does not read. Take the same file in fp32 or fp16.`,
  );
}

/** Content is sampled, not read whole: hashing 4 GB would take longer than loading them. */
const SAMPLE_BYTES = 4096;
/** Bytes that a sample stands for; each tensor has one at least, since training may change a few of them only. */
const SAMPLED_BYTES = 16 * 2 ** 20;

/**
 * sha256 of the header and of samples of every tensor: tells fine-tuned weights of the same layout apart, and is the same
 * wherever the file lies.
 */
export function contentHash({ path, headerHash, tensors }: SafetensorsFile): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256').update(headerHash);
    const sample = Buffer.alloc(SAMPLE_BYTES);
    // In the order of the file, which disks read faster.
    for (const { offset, length } of [...tensors.values()].sort((a, b) => a.offset - b.offset)) {
      const count = 1 + Math.floor(length / SAMPLED_BYTES);
      const bytes = Math.min(length, SAMPLE_BYTES);
      for (let i = 0; i < count; i++) {
        // In the middle of each of so many equal parts.
        const position = offset + Math.floor(((length - bytes) * (i + 0.5)) / count);
        const read = readSync(file, sample, 0, bytes, position);
        hash.update(sample.subarray(0, read));
      }
    }
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}

/**
 * Changes with `contentHash`, and whenever the file is written, however little of it: for what is made of the file and kept
 * on this machine.
 */
export function contentState(file: SafetensorsFile): string {
  const { size, mtimeMs } = statSync(file.path);
  return JSON.stringify([contentHash(file), size, mtimeMs]);
}

/** The raw bytes of one stored tensor, which fill their buffer. */
function readBytes(stored: StoredTensor): Buffer<ArrayBuffer> {
  const file = openSync(stored.file, 'r');
  try {
    const bytes = Buffer.alloc(stored.length);
    const read = readSync(file, bytes, 0, stored.length, stored.offset);
    if (read < stored.length) throw damaged(stored.file, sentence`it ends within a tensor`);
    return bytes;
  } finally {
    closeSync(file);
  }
}

/**
 * One stored tensor as numbers, converted to float32 (an I64 above 2^24 would lose digits: ids are smaller).
 *
 * @throws {PalimpsestError} WEIGHT_INVALID when the file is cut short or the type has no float32 reading.
 */
export function readTensor(stored: StoredTensor): Tensor {
  const bytes = readBytes(stored);
  const count = elementCount(stored.shape);
  if (stored.dtype === 'F32') return { shape: stored.shape, data: new Float32Array(bytes.buffer) };
  if (stored.dtype === 'F16')
    return { shape: stored.shape, data: halvesToFloats(new Uint16Array(bytes.buffer)) };
  if (stored.dtype === 'BF16')
    return { shape: stored.shape, data: bfloatsToFloats(new Uint16Array(bytes.buffer)) };
  const data = new Float32Array(count);
  for (let i = 0; i < count; i++) data[i] = readElement(bytes, stored, i);
  return { shape: stored.shape, data };
}

function readElement(bytes: Buffer, stored: StoredTensor, index: number): number {
  switch (stored.dtype) {
    case 'F64':
      return bytes.readDoubleLE(index * 8);
    case 'I64':
      return Number(bytes.readBigInt64LE(index * 8));
    case 'I32':
      return bytes.readInt32LE(index * 4);
    case 'U8':
    case 'BOOL':
      return bytes.readUInt8(index);
    default:
      throw unreadable(stored.file, 'weights', stored.dtype);
  }
}

/**
 * A .safetensors file as bytes: float32 tensors, the data aligned to 8 bytes.
 *
 * @param metadata string facts kept in the header's `__metadata__`.
 */
export function encodeSafetensors(
  tensors: ReadonlyMap<string, Tensor>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  const shapes = new Map([...tensors].map(([name, { shape }]) => [name, { shape, dtype: 'F32' as const }]));
  const parts = [...tensors.values()].map(({ data }) => bytesOf(data, 'F32'));
  return Buffer.concat([encodePreamble(shapes, metadata), ...parts]);
}

/** Numbers as they lie in a file. */
export function bytesOf(data: Float32Array, dtype: 'F32' | 'F16'): Uint8Array {
  const { buffer, byteOffset, byteLength } = dtype === 'F32' ? data : Uint16Array.from(data, floatToHalf);
  return new Uint8Array(buffer, byteOffset, byteLength);
}

/** The file that begins with such a preamble, before it is written. */
export function fileOfPreamble(path: string, preamble: Buffer): SafetensorsFile {
  return parseHeader(path, preamble.subarray(8), Number.POSITIVE_INFINITY);
}

/** A tensor of a file that is to be written. */
export interface TensorLayout {
  readonly shape: readonly number[];
  readonly dtype: SafetensorsType;
}

/** What comes before the tensors of a file, which follow in this order without gaps. */
export function encodePreamble(
  tensors: ReadonlyMap<string, TensorLayout>,
  metadata: Readonly<Record<string, string>> = {},
): Buffer {
  let offset = 0;
  const entries: Record<string, unknown> = { __metadata__: metadata };
  for (const [name, { shape, dtype }] of tensors) {
    const end = offset + elementCount(shape) * BYTES_PER_ELEMENT[dtype];
    entries[name] = { dtype, shape, data_offsets: [offset, end] };
    offset = end;
  }
  const json = JSON.stringify(entries);
  const header = Buffer.from(
    json.padEnd(Math.ceil(Buffer.byteLength(json) / 8) * 8 + json.length - Buffer.byteLength(json)),
  );
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header]);
}
