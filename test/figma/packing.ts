/** Copies of values across the wall of the engine, as structured clone makes them: text, and bytes beside it. */

export interface Packed {
  readonly json: string;
  readonly bytes: readonly ArrayBuffer[];
}

/** What JSON has no word for. */
type Tagged = { readonly $: 'bytes'; readonly at: number } | { readonly $: 'undefined' };

/** @throws {TypeError} for what cannot be copied: functions and symbols. */
export function pack(value: unknown): Packed {
  const bytes: ArrayBuffer[] = [];
  const packed = (part: unknown): unknown => {
    if (part === undefined) return { $: 'undefined' } satisfies Tagged;
    if (typeof part === 'function' || typeof part === 'symbol') {
      throw new TypeError(`DataCloneError: ${String(part)} cannot be sent.`);
    }
    if (part instanceof Uint8Array) {
      return { $: 'bytes', at: bytes.push(Uint8Array.from(part).buffer) - 1 } satisfies Tagged;
    }
    if (Array.isArray(part)) return part.map(packed);
    if (typeof part !== 'object' || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, packed(inner)]));
  };
  return { json: JSON.stringify(packed(value)), bytes };
}

export function unpack({ json, bytes }: Packed): unknown {
  const unpacked = (part: unknown): unknown => {
    if (Array.isArray(part)) return part.map(unpacked);
    if (typeof part !== 'object' || part === null) return part;
    if ('$' in part) {
      const tagged = part as Tagged;
      return tagged.$ === 'bytes' ? new Uint8Array(bytes[tagged.at]!) : undefined;
    }
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, unpacked(inner)]));
  };
  return unpacked(JSON.parse(json));
}
