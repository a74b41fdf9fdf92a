/** The parity command: set A passes, and a set that is not what the engine computes does not. */

import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Tensor } from '../daemon/src/tensor/tensor.ts';
import { encodeSafetensors } from '../daemon/src/weights/safetensors.ts';
import { parityCommand } from '../parity/src/command.ts';
import { difference } from '../parity/src/difference.ts';
import { GOLDEN, golden, MODEL } from './golden.ts';

const MAIN = join(import.meta.dirname, '../parity/src/main.ts');

interface Result {
  readonly status: number | null;
  readonly rows: string[];
  readonly counts: string;
  readonly stderr: string;
}

const resultOf = (status: number | null, stdout: string, stderr: string): Result => {
  const lines = stdout.trimEnd().split('\n');
  return { status, rows: lines.slice(1, -1), counts: lines.at(-1)!, stderr };
};

async function parity(...args: string[]): Promise<Result> {
  const [printed, complaints]: [string[], string[]] = [[], []];
  const output = {
    print: (line: string) => printed.push(line),
    complain: (line: string) => complaints.push(line),
  };
  const status = await parityCommand(args, output);
  return resultOf(status, printed.join('\n'), complaints.join('\n'));
}

/** In a process of its own. */
function parityProcess(...args: string[]): Promise<Result> {
  const child = spawn(process.execPath, ['--import', 'tsx', MAIN, ...args]);
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  return new Promise((resolve) => {
    child.on('close', (status) => resolve(resultOf(status, stdout, stderr)));
  });
}

describe('parity', () => {
  it('holds for every row of set A', async () => {
    const { status, rows, counts } = await parity(GOLDEN);
    expect(rows.filter((row) => /FAIL|UNCHECKED/.test(row))).toEqual([]);
    expect(counts).toMatch(/^\d+ rows: \d+ passed, 0 failed, 0 unchecked, /);
    expect(rows.length).toBeGreaterThan(800);
    expect(status).toBe(0);
    // Half a minute by itself; the other tests run beside it.
  }, 300_000);
});

describe('a golden set', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'palimpsest-parity-'));
    for (const file of ['scheduler.json', 'scheduler.safetensors'])
      cpSync(join(GOLDEN, file), join(folder, file));
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const run = () => parity(folder, '--model', MODEL);

  /** Writes scheduler.safetensors anew, of these tensors of set A and others. */
  function rewrite(names: readonly string[], others: Readonly<Record<string, Tensor>> = {}): void {
    const read = golden('scheduler');
    const tensors = new Map([...names.map((name) => [name, read(name)] as const), ...Object.entries(others)]);
    writeFileSync(join(folder, 'scheduler.safetensors'), encodeSafetensors(tensors));
  }

  it('may lack files and tensors, and have them in another order', async () => {
    rewrite(['T30/next_step_t1', 'eps', 'T10/add_noise_t401', 'sample']);
    const { status, counts } = await run();
    expect(counts).toContain('11 passed, 0 failed, 0 unchecked, 0 informative, 2 inputs');
    expect(status).toBe(0);
  });

  it('may be compared in parts', async () => {
    const { status, counts } = await parityProcess(GOLDEN, '--only', 'scheduler,alignment');
    expect(counts).toMatch(/^187 rows: \d+ passed, 0 failed, 0 unchecked, /);
    expect(status).toBe(0);
    const unknown = await parity(GOLDEN, '--only', 'scheduler,nothing');
    expect(unknown).toMatchObject({ status: 2, stderr: expect.stringContaining('no part nothing') });
  });

  it('fails where a number is wrong', async () => {
    const bytes = readFileSync(join(folder, 'scheduler.safetensors'));
    // The sign of the last number in the file.
    bytes[bytes.length - 1]! ^= 0x80;
    writeFileSync(join(folder, 'scheduler.safetensors'), bytes);
    const { status, rows, counts } = await run();
    expect(rows.filter((row) => row.includes('FAIL'))).toHaveLength(1);
    expect(counts).toContain('1 failed');
    expect(status).toBe(1);
  });

  it('may say more than is known of it', async () => {
    const json = JSON.parse(readFileSync(join(folder, 'scheduler.json'), 'utf8'));
    writeFileSync(join(folder, 'scheduler.json'), JSON.stringify({ ...json, prediction_type: 'epsilon' }));
    writeFileSync(join(folder, 'about.json'), '{}');
    cpSync(join(GOLDEN, 'image.png'), join(folder, 'overview.png'));
    const { status, rows, counts } = await run();
    expect(counts).toContain('0 failed, 0 unchecked');
    expect(rows.filter((row) => row.includes('not used'))).toHaveLength(2);
    expect(status).toBe(0);
  });

  it('fails where a tensor is unknown, or a loaded picture has no source', async () => {
    rewrite(['sample'], { 'T10/unheard_of_t1': golden('scheduler')('sample') });
    cpSync(join(GOLDEN, 'image.png'), join(folder, 'load_64x48.png'));
    const { status, rows } = await run();
    const unchecked = rows
      .filter((row) => row.includes('UNCHECKED'))
      .map((row) => row.split(/\s+/).slice(0, 2));
    expect(unchecked).toEqual([
      ['load_64x48.png', 'UNCHECKED'],
      ['scheduler.safetensors', 'sample'],
      ['scheduler.safetensors', 'T10/unheard_of_t1'],
    ]);
    expect(status).toBe(1);
  });

  it('has to be there', async () => {
    const nowhere = await parity(join(folder, 'nowhere'), '--model', MODEL);
    expect(nowhere).toMatchObject({ status: 2, stderr: expect.stringContaining('There is no folder') });
    expect(await parityProcess()).toMatchObject({ status: 2, stderr: expect.stringContaining('usage') });
  });
});

describe('a difference', () => {
  it.each([
    ['of equal numbers', [1, -4], [1, -4], 0, 0],
    ['relative to the largest', [1, -4], [2, -4], 1, 0.25],
    ['of equal infinities', [Number.POSITIVE_INFINITY], [Number.POSITIVE_INFINITY], 0, 0],
    [
      'from a number that is none',
      [Number.NaN, 1],
      [1, 1],
      Number.POSITIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ],
    ['from zero', [1], [0], 1, Number.POSITIVE_INFINITY],
  ])('%s', (_, ours, expected, absolute, relative) => {
    expect(difference(ours, expected)).toEqual({ absolute, relative });
  });
});
