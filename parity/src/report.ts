/** @file The rows of a parity run and their counts. */

import type { Difference } from './difference.ts';
import type { Tolerance } from './tolerances.ts';

/** What a row says of its tensor, with the words of the last line. */
export const VERDICTS = {
  pass: 'passed',
  FAIL: 'failed',
  /** Nothing compares it: the run fails, so that no part of a golden set is passed over in silence. */
  UNCHECKED: 'unchecked',
  /** Differs where two correct engines may. */
  informative: 'informative',
  /** What other rows are computed from; there is nothing of ours to compare it with. */
  input: 'inputs',
  /** Stored by the reference and never used by it. */
  'not used': 'not used',
} as const;

export type Verdict = keyof typeof VERDICTS;

const FAILING: readonly Verdict[] = ['FAIL', 'UNCHECKED'];

export interface Row {
  readonly file: string;
  /** The tensor, or the key of a JSON file; may be followed by what part of it. */
  readonly name: string;
  readonly verdict: Verdict;
  readonly difference?: Difference;
  readonly tolerance?: Tolerance;
  readonly note?: string;
}

/** Collects rows and prints each as it comes. */
export class Report {
  readonly rows: Row[] = [];

  private readonly print: (line: string) => void;

  constructor(print: (line: string) => void) {
    this.print = print;
  }

  header(): void {
    this.print(line('file', 'tensor', 'max abs', 'relative', 'tolerance', 'verdict', ''));
  }

  add(row: Row): void {
    this.rows.push(row);
    const { file, name, verdict, difference, tolerance, note = '' } = row;
    const [absolute, relative] = difference
      ? [difference.absolute.toExponential(1), difference.relative.toExponential(1)]
      : ['', ''];
    this.print(line(file, name, absolute, relative, tolerance ? limit(tolerance) : '', verdict, note));
  }

  /** Whether a row of this file speaks of this tensor or key. */
  covers(file: string, name?: string): boolean {
    return this.rows.some(
      (row) =>
        row.file === file && (name === undefined || row.name === name || row.name.startsWith(`${name} `)),
    );
  }

  get failed(): boolean {
    return this.rows.some(({ verdict }) => FAILING.includes(verdict));
  }

  /** The counts, in one line. */
  summary(): string {
    const counts = Object.entries(VERDICTS).map(([verdict, words]) => {
      const count = this.rows.filter((row) => row.verdict === verdict).length;
      return `${count} ${words}`;
    });
    return `${this.rows.length} rows: ${counts.join(', ')}`;
  }
}

const limit = ({ limit, measure }: Tolerance): string =>
  measure === 'absolute' ? `${limit} abs` : limit.toExponential(0);

const line = (
  file: string,
  name: string,
  absolute: string,
  relative: string,
  tolerance: string,
  verdict: string,
  note: string,
): string =>
  [
    file.padEnd(28),
    name.padEnd(48),
    absolute.padStart(8),
    relative.padStart(8),
    tolerance.padStart(9),
    verdict.padEnd(11),
    note,
  ]
    .join('  ')
    .trimEnd();
