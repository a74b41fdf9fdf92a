/** @file What was measured, in docs/methods.json: by cell, so that cells can be measured one at a time. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CELLS, type Cell } from './cells.ts';
import { Figures } from './measure.ts';
import { StyleFigures } from './style.ts';

export const DOCS = join(import.meta.dirname, '../../../docs');
const FILE = join(DOCS, 'methods.json');

const Results = z.object({
  /** Which model, on how many scenes, with what settings. */
  about: z.string(),
  cells: z.record(z.string(), Figures),
  style: StyleFigures.optional(),
});
export type Results = z.infer<typeof Results>;

/** Names a cell in the results. */
export const keyOf = ({ inversion, editor, note }: Cell): string =>
  [inversion, editor, ...(note === undefined ? [] : [note])].join(' + ');

export const readResults = (): Results => Results.parse(JSON.parse(readFileSync(FILE, 'utf8')));

export function writeResults(results: Results): void {
  const known = CELLS.map(keyOf).filter((key) => key in results.cells);
  const cells = Object.fromEntries(known.map((key) => [key, results.cells[key]]));
  writeFileSync(FILE, `${JSON.stringify({ ...results, cells }, null, 2)}\n`);
}
