/** @file Addresses for pictures that exist only as bytes. */

import { useEffect, useState } from 'preact/hooks';
import { pictureAddress } from '../model/wordMaps.ts';

/** The address of a PNG file for as long as it is shown; null before there is one. */
export function useAddress(png: Uint8Array<ArrayBuffer> | null): string | null {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (png === null) return;
    const made = pictureAddress(png);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [png]);
  return address;
}
