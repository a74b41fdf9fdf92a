/**
 * @file Pictures as binary frames, on the same socket as JSON-RPC.
 *
 * A frame is one binary message: a byte that says what it is, a transfer number (uint32, big endian) that the client
 * chooses and that names the transfer while it lasts, and a body. Each transfer is acknowledged as it goes, so that
 * neither side has to hold more than a window of it in its socket.
 */

import { PalimpsestError } from './errors.ts';
import { BlobHash } from './kinds/parts.ts';
import { ours, sentence } from './sentence.ts';

/** Bytes of a picture in one chunk. */
export const MAX_CHUNK_BYTES = 256 * 1024;

/** Of the error object in a `fail`: a sentence, and some facts. */
const MAX_ERROR_BYTES = 16 * 1024;

/** What a sender may have on the way without an ack. */
export const WINDOW_BYTES = 2 ** 20;

const HEADER = 5;
const SHA256_BYTES = 32;

const TYPES = { open: 1, chunk: 2, ack: 3, fail: 4, get: 5, preview: 6 } as const;

interface OfTransfer {
  readonly transfer: number;
}

export type Frame = OfTransfer &
  (
    | { readonly type: 'open'; readonly total: number; readonly image: BlobHash }
    | { readonly type: 'chunk'; readonly offset: number; readonly bytes: Uint8Array }
    /** `received` bytes have arrived; all of them: the picture is kept. */
    | { readonly type: 'ack'; readonly received: number }
    /** A JSON-RPC error object. */
    | { readonly type: 'fail'; readonly error: FrameError }
    | { readonly type: 'get'; readonly image: BlobHash }
    | { readonly type: 'preview'; readonly job: string; readonly png: Uint8Array }
  );
export type FrameType = Frame['type'];

export interface FrameError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** A frame as the bytes of a message. */
export function encodeFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const body = encodeBody(frame);
  const bytes = new Uint8Array(HEADER + body.reduce((sum, part) => sum + part.length, 0));
  bytes[0] = TYPES[frame.type];
  new DataView(bytes.buffer).setUint32(1, frame.transfer);
  let offset = HEADER;
  for (const part of body) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * A message as a frame; the bytes in it are views.
 *
 * @throws {PalimpsestError} TRANSFER_FAILED for what is no frame.
 */
export function decodeFrame(message: Uint8Array): Frame {
  if (message.length < HEADER) throw malformed('it is shorter than its header');
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  const transfer = view.getUint32(1);
  const body = message.subarray(HEADER);
  const number = () => view.getUint32(HEADER);
  switch (message[0]) {
    case TYPES.open:
      requireLength(body, 4 + SHA256_BYTES);
      return { type: 'open', transfer, total: number(), image: hashOf(body.subarray(4)) };
    case TYPES.chunk:
      if (body.length <= 4 || body.length > 4 + MAX_CHUNK_BYTES) {
        throw malformed(`a chunk carries 1 to ${MAX_CHUNK_BYTES} bytes`);
      }
      return { type: 'chunk', transfer, offset: number(), bytes: body.subarray(4) };
    case TYPES.ack:
      requireLength(body, 4);
      return { type: 'ack', transfer, received: number() };
    case TYPES.get:
      requireLength(body, SHA256_BYTES);
      return { type: 'get', transfer, image: hashOf(body) };
    case TYPES.fail:
      return { type: 'fail', transfer, error: decodeError(body) };
    case TYPES.preview: {
      const length = body[0] ?? 0;
      if (length === 0 || body.length <= 1 + length)
        throw malformed('a preview names its job and holds a picture');
      const job = new TextDecoder().decode(body.subarray(1, 1 + length));
      return { type: 'preview', transfer, job, png: body.subarray(1 + length) };
    }
    default:
      throw malformed(`there is no type ${message[0]}`);
  }
}

/** The name of a picture with those bytes. */
export async function hashPicture(bytes: Uint8Array<ArrayBuffer>): Promise<BlobHash> {
  return hashOf(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

function encodeBody(frame: Frame): Uint8Array[] {
  switch (frame.type) {
    case 'open':
      return [uint32(frame.total), digestOf(frame.image)];
    case 'chunk':
      return [uint32(frame.offset), frame.bytes];
    case 'ack':
      return [uint32(frame.received)];
    case 'get':
      return [digestOf(frame.image)];
    case 'fail':
      return [new TextEncoder().encode(JSON.stringify(frame.error))];
    case 'preview': {
      const job = new TextEncoder().encode(frame.job);
      return [Uint8Array.of(job.length), job, frame.png];
    }
  }
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}

const PREFIX = 'sha256:';

const hashOf = (digest: Uint8Array): BlobHash =>
  PREFIX + Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');

function digestOf(image: BlobHash): Uint8Array {
  const hex = BlobHash.parse(image).slice(PREFIX.length);
  return Uint8Array.from({ length: SHA256_BYTES }, (_, i) =>
    Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16),
  );
}

function decodeError(body: Uint8Array): FrameError {
  if (body.length > MAX_ERROR_BYTES) throw malformed(`an error has at most ${MAX_ERROR_BYTES} bytes`);
  try {
    const error: unknown = JSON.parse(new TextDecoder().decode(body));
    if (typeof error === 'object' && error !== null && 'code' in error && 'message' in error) {
      const { code, message } = error;
      if (typeof code === 'number' && typeof message === 'string') {
        return { code, message, ...('data' in error ? { data: error.data } : {}) };
      }
    }
  } catch {
    // Told below.
  }
  throw malformed('a fail frame holds an error object');
}

function requireLength(body: Uint8Array, length: number): void {
  if (body.length !== length) throw malformed(`its body has ${body.length} bytes instead of ${length}`);
}

const malformed = (reason: string): PalimpsestError =>
  new PalimpsestError(
    'TRANSFER_FAILED',
    sentence`This is no binary frame of the protocol: ${{ reason: ours(reason) }}.`,
  );
