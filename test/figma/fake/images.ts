/** Images in the document: files by their hash, within Figma's limits. */

export const MAX_SIDE = 4096;

export interface StoredImage {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export class Images {
  private readonly images = new Map<string, StoredImage>();

  /** @throws {Error} as Figma does, at once. */
  add(bytes: unknown): string {
    if (!(bytes instanceof Uint8Array)) throw new Error('in createImage: Expected a Uint8Array');
    const { width, height } = sizeOf(bytes);
    if (width > MAX_SIDE || height > MAX_SIDE) throw new Error('in createImage: Image is too large');
    const hash = hashOf(bytes);
    this.images.set(hash, { bytes: Uint8Array.from(bytes), width, height });
    return hash;
  }

  get(hash: string): StoredImage | undefined {
    return this.images.get(hash);
  }
}

/** PNG and GIF by their headers, JPEG by its first frame header. WebP and others are refused. */
function sizeOf(bytes: Uint8Array): { width: number; height: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.length > 33 && text.slice(1, 4) === 'PNG' && bytes[0] === 0x89) {
    return { width: view.getUint32(16), height: view.getUint32(20) };
  }
  if (text.startsWith('GIF8')) return { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  if (bytes[0] === 0xff && bytes[1] === 0xd8) {
    for (let at = 2; at + 9 < bytes.length; at += 2 + view.getUint16(at + 2)) {
      const marker = bytes[at + 1]!;
      if (marker >= 0xc0 && marker <= 0xc3)
        return { width: view.getUint16(at + 7), height: view.getUint16(at + 5) };
    }
  }
  throw new Error('in createImage: Image type is unsupported');
}

/** FNV-1a, twice with different seeds. */
function hashOf(bytes: Uint8Array): string {
  const halves = [0x811c9dc5, 0x01000193].map((seed) => {
    let hash = seed;
    for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  });
  return halves.join('');
}
