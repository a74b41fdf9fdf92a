/** Binary frames: what is encoded is decoded the same, and rubbish is refused. */

import { decodeFrame, encodeFrame, type Frame, MAX_CHUNK_BYTES, PalimpsestError } from '@palimpsest/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const uint32 = fc.integer({ min: 0, max: 0xffffffff });
const image = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => `sha256:${Buffer.from(bytes).toString('hex')}`);
const bytes = fc.uint8Array({ minLength: 1, maxLength: 100 });
const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({ type: fc.constant('open' as const), transfer: uint32, total: uint32, image }),
  fc.record({ type: fc.constant('chunk' as const), transfer: uint32, offset: uint32, bytes }),
  fc.record({ type: fc.constant('ack' as const), transfer: uint32, received: uint32 }),
  fc.record({ type: fc.constant('get' as const), transfer: uint32, image }),
  fc.record({
    type: fc.constant('fail' as const),
    transfer: uint32,
    error: fc.record({ code: fc.integer(), message: fc.string() }),
  }),
  fc.record({
    type: fc.constant('preview' as const),
    transfer: uint32,
    job: fc.stringMatching(/^[\w-]{1,64}$/),
    png: bytes,
  }),
);

describe('a frame', () => {
  it('comes out as it went in', () => {
    fc.assert(
      fc.property(frame, (each) => {
        expect(decodeFrame(encodeFrame(each))).toEqual(each);
      }),
    );
  });

  it('has the layout that openrpc.json tells', () => {
    const zeros = `sha256:${'0'.repeat(62)}ff`;
    const hex = (each: Frame) => Buffer.from(encodeFrame(each)).toString('hex');
    expect(hex({ type: 'open', transfer: 7, total: 258, image: zeros })).toBe(
      `01${'00000007'}${'00000102'}${'0'.repeat(62)}ff`,
    );
    expect(hex({ type: 'chunk', transfer: 7, offset: 1, bytes: Uint8Array.of(9) })).toBe(
      '02000000070000000109',
    );
    expect(hex({ type: 'ack', transfer: 7, received: 3 })).toBe('030000000700000003');
    expect(hex({ type: 'preview', transfer: 0, job: 'a', png: Uint8Array.of(9) })).toBe('0600000000016109');
  });

  it('that is none is refused, whatever it is', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rubbish) => {
        try {
          decodeFrame(rubbish);
        } catch (error) {
          expect(error).toBeInstanceOf(PalimpsestError);
        }
      }),
    );
    const long = encodeFrame({
      type: 'chunk',
      transfer: 1,
      offset: 0,
      bytes: new Uint8Array(MAX_CHUNK_BYTES + 1),
    });
    expect(() => decodeFrame(long)).toThrow(/a chunk carries/);
  });
});
