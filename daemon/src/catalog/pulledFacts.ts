/** @file Where a pulled model came from, as it records itself, and whether that is the model asked for. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PalimpsestError, place, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import { jsonOf } from '../files/json.ts';
import { writePrivateFile } from '../files/privateFiles.ts';
import { PRECISIONS, type Precision } from '../weights/precision.ts';
import type { HubRepository } from './hub.ts';

const FILE = 'palimpsest.json';
/** Earlier versions did not keep the precision that was asked for. */
const Facts = z.object({ repository: z.string(), precision: z.enum(PRECISIONS).optional() });

/** What is asked for. */
export interface WantedModel {
  readonly name: string;
  /** Those that the name may stand for. */
  readonly repositories: readonly string[];
  readonly precision: Precision;
}

/** Keeps them in the model's folder, for people to read too. */
export async function writeFacts(
  folder: string,
  { name: repository, revision, licence }: HubRepository,
  precision: Precision,
): Promise<void> {
  const facts = { repository, revision, precision, licence };
  await writePrivateFile(join(folder, FILE), Buffer.from(`${JSON.stringify(facts, null, 2)}\n`));
}

/**
 * Models of several owners may have one name, and one model two precisions: what is there need not be what is asked for.
 *
 * @throws {PalimpsestError} WRITE_FAILED when the folder holds anything else.
 */
export async function requireSame(
  folder: string,
  { name, repositories, precision }: WantedModel,
): Promise<void> {
  const refusal = (there: Sentence) =>
    new PalimpsestError(
      'WRITE_FAILED',
      sentence`${{ folder: place(folder) }} ${{ there }} already. Rename or remove that folder to download ${{ name }} in ${{ precision }}.`,
    );
  const there = await readFacts(folder);
  if (there === null) throw refusal(sentence`is there`);
  if (!repositories.includes(there.repository))
    throw refusal(sentence`holds ${{ repository: there.repository }}`);
  if (there.precision !== undefined && there.precision !== precision)
    throw refusal(sentence`holds ${{ repository: there.repository }} in ${{ found: there.precision }}`);
}

async function readFacts(folder: string): Promise<z.infer<typeof Facts> | null> {
  try {
    return Facts.parse(jsonOf(await readFile(join(folder, FILE))));
  } catch {
    return null;
  }
}
