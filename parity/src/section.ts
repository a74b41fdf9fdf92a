/** @file The rows of one part of a golden set: `part.safetensors`, `part.json`. */

import { row, type Tensor } from '../../daemon/src/tensor/tensor.ts';
import { type Difference, difference } from './difference.ts';
import type { GoldenFolder, GoldenTensors } from './goldenFolder.ts';
import type { Report, Verdict } from './report.ts';
import { TOLERANCES, type Tolerance } from './tolerances.ts';

interface RowOptions {
  /** The row's name where it is not the tensor's alone: the tensor's, a blank, and the part. */
  readonly name?: string;
  readonly note?: string;
  /** Passes where it is near enough, and is informative where it is not: two correct engines may differ here. */
  readonly mayDiffer?: boolean;
}

/** Compares one part, and keeps account of what was compared. */
export class Section {
  readonly tensors: GoldenTensors | null;

  readonly report: Report;
  readonly golden: GoldenFolder;
  readonly part: string;

  constructor(report: Report, golden: GoldenFolder, part: string) {
    this.report = report;
    this.golden = golden;
    this.part = part;

    this.tensors = golden.tensors(part);
  }

  has(name: string): boolean {
    return this.tensors?.has(name) ?? false;
  }

  /** The tensors whose names match, with their groups. */
  matching(pattern: RegExp): RegExpExecArray[] {
    return (this.tensors?.names ?? []).map((name) => pattern.exec(name)).filter((match) => match !== null);
  }

  read(name: string): Tensor {
    if (this.tensors === null) throw new Error(`there is no ${this.part}.safetensors`);
    return this.tensors.read(name);
  }

  /** A tensor that other rows are computed from. */
  input(name: string, note?: string): Tensor {
    if (!this.report.covers(this.tensorFile, name)) this.mark(name, 'input', note);
    return this.read(name);
  }

  /** A row for a tensor that is not compared. */
  mark(name: string, verdict: Verdict, note?: string): void {
    this.report.add({ file: this.tensorFile, name, verdict, ...(note === undefined ? {} : { note }) });
  }

  /** Our numbers beside a stored tensor of the same shape; axes of size 1 do not count. */
  compare(name: string, actual: Tensor, tolerance: Tolerance, options: RowOptions = {}): void {
    const expected = this.read(name);
    if (squeezed(actual) !== squeezed(expected)) {
      const note = `ours is [${actual.shape}], the reference [${expected.shape}]`;
      this.report.add({ file: this.tensorFile, name: options.name ?? name, verdict: 'FAIL', note });
      return;
    }
    this.judge(
      this.tensorFile,
      options.name ?? name,
      difference(actual.data, expected.data),
      tolerance,
      options,
    );
  }

  /** Our numbers beside one row of a stored tensor. */
  compareRow(
    name: string,
    index: number,
    actual: Tensor,
    tolerance: Tolerance,
    options: RowOptions = {},
  ): void {
    const found = difference(actual.data, row(this.read(name), index).data);
    this.judge(this.tensorFile, `${name} [${index}]`, found, tolerance, options);
  }

  /** A stored tensor under a measure of its own. */
  judgeTensor(name: string, found: Difference, tolerance: Tolerance, note: string): void {
    this.judge(this.tensorFile, name, found, tolerance, { note });
  }

  /** Our numbers beside those of the JSON file. */
  numbers(
    key: string,
    actual: ArrayLike<number>,
    expected: ArrayLike<number>,
    tolerance: Tolerance = TOLERANCES.exact,
    options: RowOptions = {},
  ): void {
    if (actual.length !== expected.length) {
      const note = `ours are ${actual.length} numbers, the reference's ${expected.length}`;
      this.report.add({
        file: this.jsonFile,
        name: key,
        verdict: options.mayDiffer ? 'informative' : 'FAIL',
        note,
      });
      return;
    }
    this.judge(this.jsonFile, key, difference(actual, expected), tolerance, options);
  }

  /** Our words or truths beside those of the JSON file; the difference is how many are not the same. */
  words(
    key: string,
    actual: readonly (string | boolean)[],
    expected: readonly (string | boolean)[],
    options: RowOptions = {},
  ): void {
    const count = Math.max(actual.length, expected.length);
    const wrong = Array.from({ length: count }, (_, i) => Number(actual[i] !== expected[i]));
    const total = wrong.reduce((sum, one) => sum + one, 0);
    const found = { absolute: total, relative: count === 0 ? 0 : total / count };
    this.judge(this.jsonFile, key, found, TOLERANCES.exact, options);
  }

  /** A row for a key of the JSON file that is not compared. */
  markKey(key: string, verdict: Verdict, note: string): void {
    this.report.add({ file: this.jsonFile, name: key, verdict, note });
  }

  /** Runs one group of rows; what goes wrong in it fails, and the other groups go on. */
  async attempt(name: string, rows: () => Promise<void> | void): Promise<void> {
    try {
      await rows();
    } catch (error) {
      const note = error instanceof Error ? error.message : String(error);
      const file = this.tensors === null ? this.jsonFile : this.tensorFile;
      this.report.add({ file, name, verdict: 'FAIL', note });
    }
  }

  private get tensorFile(): string {
    return `${this.part}.safetensors`;
  }

  private get jsonFile(): string {
    return `${this.part}.json`;
  }

  private judge(
    file: string,
    name: string,
    found: Difference,
    tolerance: Tolerance,
    { note, mayDiffer = false }: RowOptions,
  ): void {
    const near = found[tolerance.measure] <= tolerance.limit;
    const verdict = near ? 'pass' : mayDiffer ? 'informative' : 'FAIL';
    this.report.add({
      file,
      name,
      verdict,
      difference: found,
      tolerance,
      ...(note === undefined ? {} : { note }),
    });
  }
}

const squeezed = ({ shape }: Tensor): string => shape.filter((size) => size !== 1).join();
