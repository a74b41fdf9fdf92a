/** Where compiled sources are kept between runs: they are run, so nobody else may have a hand in them. */

import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { start } from './palimpsest.ts';

let folder: string;
let kept: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-compiled-'));
  kept = join(folder, `tsx-${process.geteuid?.()}`);
});
afterEach(() => rmSync(folder, { recursive: true }));

const help = () => start(folder, ['--help'], { TMPDIR: folder, TSX_DISABLE_CACHE: undefined }).finished;

describe.skipIf(process.platform === 'win32')('what is compiled', () => {
  it('is kept in a folder that is closed to others', async () => {
    expect((await help()).status).toBe(0);
    expect(statSync(kept).mode & 0o777).toBe(0o700);
    expect(readdirSync(kept).length).toBeGreaterThan(0);
  });

  it('is kept nowhere where others may write', async () => {
    mkdirSync(kept);
    chmodSync(kept, 0o777);
    expect((await help()).status).toBe(0);
    expect(readdirSync(kept)).toEqual([]);
  });
});
