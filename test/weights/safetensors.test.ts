/** The weights' container: what we write, what we read, and files that lie. */

import { mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { halfToFloat } from '../../daemon/src/tensor/float16.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import {
  contentHash,
  contentState,
  encodeSafetensors,
  readHeader,
  readTensor,
} from '../../daemon/src/weights/safetensors.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-safetensors-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

/** A file with this header and so many bytes of zeros. */
function crafted(name: string, header: string, dataBytes: number): string {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return file(name, Buffer.concat([length, Buffer.from(header), Buffer.alloc(dataBytes)]));
}

describe('a written file', () => {
  const tensors = new Map([
    ['a', tensor([2, 2], [1, 2, 3, 4])],
    ['b', tensor([], [5])],
  ]);

  it('reads back as it was', () => {
    const header = readHeader(file('good.safetensors', encodeSafetensors(tensors, { word: 'Grüße' })));
    expect(header.metadata).toEqual({ word: 'Grüße' });
    for (const [name, value] of tensors) expect(readTensor(header.tensors.get(name)!)).toEqual(value);
  });

  it('starts its data at a multiple of 8 bytes, whatever the header holds', () => {
    for (const word of ['', 'x', 'é', 'éé']) {
      const header = readHeader(file('aligned.safetensors', encodeSafetensors(tensors, { word })));
      expect(header.tensors.get('a')!.offset % 8).toBe(0);
    }
  });

  it('has another content hash when only its numbers differ', () => {
    const one = readHeader(file('one.safetensors', encodeSafetensors(tensors)));
    const two = readHeader(
      file('two.safetensors', encodeSafetensors(new Map([...tensors, ['b', tensor([], [6])]]))),
    );
    expect(one.headerHash).toBe(two.headerHash);
    expect(contentHash(one)).not.toBe(contentHash(two));
  });
});

describe('the content hash of many tensors', () => {
  const names = Array.from({ length: 200 }, (_, i) => `w${i}`);
  const fileWith = (name: string, changed: string | null) => {
    const tensors = names.map(
      (each) => [each, tensor([1000], new Array(1000).fill(each === changed ? 5 : 1))] as const,
    );
    return readHeader(file(name, encodeSafetensors(new Map(tensors))));
  };

  it.each(['w0', 'w7', 'w199'])('changes when %s alone does', (name) => {
    expect(contentHash(fileWith('changed.safetensors', name))).not.toBe(
      contentHash(fileWith('plain.safetensors', null)),
    );
  });

  it('is the same for a copy elsewhere, whose state is another', () => {
    const [one, copy] = [fileWith('plain.safetensors', null), fileWith('copy.safetensors', null)];
    utimesSync(copy.path, 1000, 1000);
    expect(contentHash(copy)).toBe(contentHash(one));
    expect(contentState(copy)).not.toBe(contentState(one));
  });
});

describe('a file that lies', () => {
  it.each([
    ['is empty', () => file('empty', Buffer.alloc(0))],
    [
      'promises a longer header than it has',
      () => file('long', Buffer.from([255, 255, 255, 255, 0, 0, 0, 0, 1])),
    ],
    ['has a header that is not JSON', () => crafted('text', 'not json', 0)],
    ['has a header that is no object', () => crafted('list', '[1]', 0)],
    ['has an entry without offsets', () => crafted('entry', '{"a":{"dtype":"F32","shape":[1]}}', 4)],
    [
      'has too few bytes for a shape',
      () => crafted('few', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}', 4),
    ],
    [
      'has a negative size',
      () => crafted('minus', '{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}', 4),
    ],
    [
      'ends before its data does',
      () => crafted('cut', '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}', 4),
    ],
  ])('is refused when it %s', (_, path) => {
    expect(() => readHeader(path())).toThrow(expect.objectContaining({ code: 'WEIGHT_INVALID' }));
  });

  it('may hold a tensor of a type that is not read, until that is read', () => {
    const header = {
      a: { dtype: 'F8_E4M3', shape: [4], data_offsets: [0, 4] },
      b: { dtype: 'F32', shape: [1], data_offsets: [4, 8] },
    };
    const { tensors } = readHeader(crafted('eight', JSON.stringify(header), 8));
    expect(readTensor(tensors.get('b')!).shape).toEqual([1]);
    expect(() => readTensor(tensors.get('a')!)).toThrow(
      /^(?!.*damaged).* in the type F8_E4M3, .* fp32 or fp16/,
    );
  });

  it.each<[string, Buffer | string, RegExp]>([
    [
      'is a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 9\n',
      /git lfs pull/,
    ],
    [
      'is a web page',
      '<!DOCTYPE html><html><body>Sign in</body></html>',
      /a web page.*Download the file itself/,
    ],
    ['is a pickle by another name', Buffer.from('PK\x03\x04....archive/data.pkl'), /a pickle.*\.safetensors/],
    ['is what a server answered', 'Entry not found', /a message \("Entry not found"\). Download it again/],
    ['is empty', '', /is empty. Download it again/],
  ])('says what it is when it %s', (name, content, words) => {
    const path = file(name.replaceAll(' ', '-'), Buffer.from(content));
    expect(() => readHeader(path)).toThrow(
      expect.objectContaining({ code: 'WEIGHT_INVALID', message: expect.stringMatching(words) }),
    );
  });

  it('says where a link leads that leads nowhere', () => {
    const path = join(folder, 'link');
    symlinkSync('../blobs/4d7a', path);
    expect(() => readHeader(path)).toThrow(
      expect.objectContaining({
        code: 'MODEL_FOLDER_INVALID',
        message: expect.stringMatching(
          /a link to \.\.\/blobs\/4d7a, which is not there.*download the model again/,
        ),
      }),
    );
  });

  it('is refused when it is not there', () => {
    expect(() => readHeader(join(folder, 'none'))).toThrow(
      expect.objectContaining({ code: 'MODEL_FOLDER_INVALID' }),
    );
  });
});

describe('half precision', () => {
  it.each([
    [0x3c00, 1],
    [0xc000, -2],
    [0x3555, 0.333251953125],
    [0x0001, 2 ** -24],
    [0x7bff, 65504],
    [0x7c00, Number.POSITIVE_INFINITY],
    [0xfc00, Number.NEGATIVE_INFINITY],
    [0x7e00, Number.NaN],
  ])('%i is %d', (bits, number) => expect(halfToFloat(bits)).toBe(number));
});
