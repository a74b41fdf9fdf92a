/** @file A parity run: every part of a golden set beside our numbers, and whatever is left over. */

import { parse } from 'node:path';
import type { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { CHECKS, checkOf } from './checks/index.ts';
import { checkLoading, LOADED } from './checks/loading.ts';
import type { GoldenFolder } from './goldenFolder.ts';
import { Report, type Row } from './report.ts';
import { Section } from './section.ts';
import { Subject } from './subject.ts';

/**
 * Compares a model with a golden set, printing each row as it comes and the counts at the end.
 *
 * @param only the parts to compare, by the names of their files; null compares all, and the pictures.
 */
export async function runParity(
  golden: GoldenFolder,
  model: StableDiffusion,
  print: (line: string) => void,
  only: readonly string[] | null = null,
): Promise<Report> {
  const report = new Report(print);
  const subject = new Subject(golden, model);
  report.header();
  const isWanted = (part: string) => only === null || only.includes(part);
  for (const part of partsOf(golden).filter(isWanted)) {
    const check = checkOf(part);
    if (check === undefined) continue;
    const section = new Section(report, golden, part);
    await section.attempt('', () => check(section, subject));
  }
  if (only === null) await checkLoading(report, subject);
  reportLeftovers(
    report,
    golden,
    golden.files.filter((file) => isWanted(parse(file).name)),
  );
  print(report.summary());
  return report;
}

/** The parts that the set has, known ones first and in their order. */
export function partsOf({ files }: GoldenFolder): string[] {
  const parts = new Set(files.filter((file) => !file.endsWith('.png')).map((file) => parse(file).name));
  const known = Object.keys(CHECKS).filter((part) => parts.has(part));
  return [...new Set([...known, ...parts])];
}

/** A row for all in these files that no check has spoken of. */
function reportLeftovers(report: Report, golden: GoldenFolder, files: readonly string[]): void {
  for (const file of files) {
    const { name: part, ext } = parse(file);
    if (ext === '.safetensors') {
      for (const name of golden.tensors(part)!.names) {
        if (!report.covers(file, name)) report.add({ file, name, verdict: 'UNCHECKED' });
      }
    } else if (!report.covers(file)) {
      report.add({ file, name: '', ...leftover(golden, file) });
    }
  }
}

/** What to say of a file without tensors that no check has spoken of. A set may hold files that are for people. */
function leftover(golden: GoldenFolder, file: string): Pick<Row, 'verdict' | 'note'> {
  const { name: part, ext } = parse(file);
  if (checkOf(part) !== undefined && golden.tensors(part) === null) {
    return { verdict: 'input', note: 'parameters of tensors that the set lacks' };
  }
  const expected = ext === '.png' ? LOADED.test(file) : checkOf(part) !== undefined;
  return expected ? { verdict: 'UNCHECKED' } : { verdict: 'not used', note: 'no check knows it' };
}
