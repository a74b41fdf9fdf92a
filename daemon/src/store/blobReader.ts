/** @file A stored picture, read piece by piece, so that it never has to be in memory whole. */

import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';

export class BlobReader {
  private readonly hash = createHash('sha256');
  private offset = 0;

  private readonly file: FileHandle;
  private readonly name: string;
  /** In bytes. */
  readonly size: number;

  private constructor(file: FileHandle, name: string, size: number) {
    this.file = file;
    this.name = name;
    this.size = size;
  }

  /**
   * @param name the sha256 that its bytes should have, in hex.
   * @returns null where there is no such file, or nothing in it.
   */
  static async open(path: string, name: string): Promise<BlobReader | null> {
    const file = await open(path).catch(() => null);
    if (file === null) return null;
    const facts = await file.stat();
    if (facts.isFile() && facts.size > 0) return new BlobReader(file, name, facts.size);
    await file.close();
    return null;
  }

  /** The next bytes, at most so many; null in place of the last ones when the file is damaged. */
  async next(most: number): Promise<Uint8Array<ArrayBuffer> | null> {
    const bytes = new Uint8Array(Math.min(most, this.size - this.offset));
    const { bytesRead } = await this.file.read(bytes, 0, bytes.length, this.offset);
    if (bytesRead < bytes.length) return null;
    this.hash.update(bytes);
    this.offset += bytes.length;
    return this.offset < this.size || this.hash.digest('hex') === this.name ? bytes : null;
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
