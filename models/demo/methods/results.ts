/** @file What the methods' tables say, in docs/methods.json: estimates from all scenes of a work folder. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CELLS, keyOf, STYLE_CELLS, styleKeyOf } from './cells.ts';
import type { EditRecord } from './measure.ts';
import { Estimate, meanOf, medianOf, shareOf } from './statistics.ts';
import type { StyleRecord } from './style.ts';
import type { Conditions, SceneRecords } from './workFolder.ts';

export const DOCS = join(import.meta.dirname, '../../../docs');
const FILE = join(DOCS, 'methods.json');

/** A row of the table of edits. */
const EditRow = z.object({
  scenes: z.number(),
  asked: Estimate,
  right: Estimate,
  structure: Estimate,
  /** null where every edit was one of the style. */
  psnrOutside: Estimate.nullable(),
  ssimOutside: Estimate.nullable(),
  /** Medians. */
  inversionSeconds: z.number(),
  editSeconds: z.number(),
  /** This row less the first one, on the scenes that both have; null for the first one. */
  difference: z
    .object({ asked: Estimate, right: Estimate, structure: Estimate, psnrOutside: Estimate.nullable() })
    .nullable(),
});
export type EditRow = z.infer<typeof EditRow>;

/** A row of the table of style transfer. */
const StyleRow = z.object({
  scenes: z.number(),
  style: Estimate,
  object: Estimate,
  colour: Estimate,
  setting: Estimate,
  structure: Estimate,
  structureOfStyle: Estimate,
  psnr: Estimate,
});
export type StyleRow = z.infer<typeof StyleRow>;

const Results = z.object({
  steps: z.number(),
  innerSteps: z.number().nullable(),
  /** By key, only rows of which something was measured. */
  cells: z.record(z.string(), EditRow),
  styles: z.record(z.string(), StyleRow),
});
export type Results = z.infer<typeof Results>;

export function resultsOf({ steps, innerSteps }: Conditions, scenes: readonly SceneRecords[]): Results {
  const edits = (key: string) => scenes.map(({ edits }) => edits[key]);
  const first = edits(keyOf(CELLS[0]!));
  return {
    steps,
    innerSteps,
    cells: rowsOf(CELLS.map(keyOf), (key) => editRow(edits(key), key === keyOf(CELLS[0]!) ? null : first)),
    styles: rowsOf(STYLE_CELLS.map(styleKeyOf), (key) => styleRow(scenes.map(({ styles }) => styles[key]))),
  };
}

function rowsOf<Row>(keys: readonly string[], rowOf: (key: string) => Row | null): Record<string, Row> {
  return Object.fromEntries(
    keys.flatMap((key) => {
      const row = rowOf(key);
      return row === null ? [] : [[key, row]];
    }),
  );
}

type Found<T> = readonly (T | undefined)[];

/** @param first the records to compare with, scene by scene. */
function editRow(found: Found<EditRecord>, first: Found<EditRecord> | null): EditRow | null {
  const records = found.filter((record) => record !== undefined);
  if (records.length === 0) return null;
  const mean = (name: 'structure' | 'psnrOutside' | 'ssimOutside') =>
    meanOf(records.map((record) => record[name]).filter((value) => value !== null));
  return {
    scenes: records.length,
    asked: shareOf(records.map(({ asked }) => asked))!,
    right: shareOf(records.map(({ right }) => right))!,
    structure: mean('structure')!,
    psnrOutside: mean('psnrOutside'),
    ssimOutside: mean('ssimOutside'),
    inversionSeconds: medianOf(records.map(({ inversionSeconds }) => inversionSeconds))!,
    editSeconds: medianOf(records.map(({ editSeconds }) => editSeconds))!,
    difference: first && difference(found, first),
  };
}

function difference(found: Found<EditRecord>, first: Found<EditRecord>): EditRow['difference'] {
  const pairs = found.flatMap((record, i) => {
    const other = first[i];
    return record === undefined || other === undefined ? [] : [[record, other] as const];
  });
  if (pairs.length === 0) return null;
  const mean = (name: 'asked' | 'right' | 'structure' | 'psnrOutside') =>
    meanOf(
      pairs.flatMap(([{ [name]: a }, { [name]: b }]) =>
        a === null || b === null ? [] : Number(a) - Number(b),
      ),
    );
  return {
    asked: mean('asked')!,
    right: mean('right')!,
    structure: mean('structure')!,
    psnrOutside: mean('psnrOutside'),
  };
}

function styleRow(found: Found<StyleRecord>): StyleRow | null {
  const records = found.filter((record) => record !== undefined);
  if (records.length === 0) return null;
  const share = (name: 'style' | 'object' | 'colour' | 'setting') =>
    shareOf(records.map((record) => record[name]))!;
  const mean = (name: 'structure' | 'structureOfStyle' | 'psnr') =>
    meanOf(records.map((record) => record[name]))!;
  return {
    scenes: records.length,
    style: share('style'),
    object: share('object'),
    colour: share('colour'),
    setting: share('setting'),
    structure: mean('structure'),
    structureOfStyle: mean('structureOfStyle'),
    psnr: mean('psnr'),
  };
}

export const readResults = (): Results => Results.parse(JSON.parse(readFileSync(FILE, 'utf8')));

export function writeResults(results: Results): void {
  // Four digits are more than the intervals leave, and keep the file readable.
  const short = (_: string, value: unknown) =>
    typeof value === 'number' && !Number.isInteger(value) ? Number(value.toPrecision(4)) : value;
  writeFileSync(FILE, `${JSON.stringify(results, short, 2)}\n`);
}
