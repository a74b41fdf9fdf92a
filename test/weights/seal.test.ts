/** Seals: what a disk loses is noticed, and a file is the same with one and without. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import {
  contentHash,
  encodeSafetensors,
  readHeader,
  readTensor,
} from '../../daemon/src/weights/safetensors.ts';
import { encodeSealed, stateOfSeal, withoutSeal } from '../../daemon/src/weights/seal.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-seal-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'a.safetensors');

const tensors = new Map([
  ['a', tensor([2], [1, 2])],
  ['b', tensor([3], [3, 4, 5])],
]);
const facts = { word: 'Grüße' };

describe('a sealed file', () => {
  it('is whole as it was written, and has no seal where none was put', () => {
    writeFileSync(path, encodeSealed(tensors, facts));
    expect(stateOfSeal(readHeader(path))).toBe('whole');
    writeFileSync(path, encodeSafetensors(tensors, facts));
    expect(stateOfSeal(readHeader(path))).toBe('none');
  });

  it('is damaged wherever a bit of its numbers or its seal flips', () => {
    const bytes = encodeSealed(tensors, facts);
    for (let bit = (bytes.readUInt32LE(0) + 8) * 8; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      writeFileSync(path, flipped);
      expect(stateOfSeal(readHeader(path))).toBe('damaged');
    }
  });

  it('holds and is what it would without the seal', () => {
    writeFileSync(path, encodeSealed(tensors, facts));
    const sealed = withoutSeal(readHeader(path));
    expect([...sealed.tensors.keys()]).toEqual(['a', 'b']);
    for (const [name, stored] of sealed.tensors) expect(readTensor(stored)).toEqual(tensors.get(name));
    const content = contentHash(sealed);
    writeFileSync(path, encodeSafetensors(tensors, facts));
    expect(contentHash(readHeader(path))).toBe(content);
  });
});
