/** @file How much memory work may take: as the user says, or as much as the machine has. */

import { totalmem } from 'node:os';
import { PalimpsestError, sentence } from '@palimpsest/protocol';
import type { Device } from './deviceNames.ts';

const UNITS: Readonly<Record<string, number>> = { MB: 1e6, MIB: 2 ** 20, GB: 1e9, GIB: 2 ** 30 };

/** The rest is for the system and for the program that is edited in. */
const SHARE = 0.9;

/**
 * What work may take where nobody says, in bytes: of the machine, or of the container that limits it. What another device
 * than the processor has is not known: there, only a budget that is given bounds the work.
 */
export function defaultBudget(device: Device): number {
  if (device !== 'cpu') return Number.MAX_VALUE;
  const limit = process.constrainedMemory?.() ?? 0;
  return SHARE * (limit > 0 ? Math.min(limit, totalmem()) : totalmem());
}

/**
 * Such as `8GB`, `6.5 GiB` or `900MB`, in bytes.
 *
 * @throws {PalimpsestError} OPTION_INVALID.
 */
export function parseBudget(text: string): number {
  const [, number, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([MG]i?B)\s*$/i.exec(text) ?? [];
  const bytes = Number(number) * (UNITS[unit.toUpperCase()] ?? Number.NaN);
  if (bytes > 0) return bytes;
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ given: text }} is no amount of memory. Give such as 8GB or 900MB.`,
  );
}
