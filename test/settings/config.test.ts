/** The configuration's file, whatever lies in its place. */

import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readConfig } from '../../daemon/src/settings/config.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'palimpsest-config-'));
  file = join(folder, 'config.json');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('a configuration', () => {
  it('may be left out', () => {
    expect(readConfig(folder, {})).toMatchObject({ models: [], device: 'cpu' });
  });

  it('that is refused is found where it comes from', () => {
    writeFileSync(file, '{"devcie": "cpu"}');
    expect(() => readConfig(folder, {})).toThrow(`devcie in ${file} is no key of the configuration.`);
    writeFileSync(file, '{"device": "gpu"}');
    expect(() => readConfig(folder, {})).toThrow(`It comes from ${file}.`);
    writeFileSync(file, '{}');
    expect(() => readConfig(folder, { memoryBudget: 7 })).toThrow('It comes from --memory-budget.');
    process.env.PALIMPSEST_LOG = 'loud';
    try {
      expect(() => readConfig(folder, {})).toThrow('It comes from PALIMPSEST_LOG.');
    } finally {
      delete process.env.PALIMPSEST_LOG;
    }
  });

  const refused = expect.objectContaining({
    code: 'OPTION_INVALID',
    message: expect.stringContaining('Mend it, or remove it.'),
  });

  it.skipIf(process.platform === 'win32')('that is a pipe is refused, and not waited for', () => {
    execFileSync('mkfifo', [file]);
    expect(() => readConfig(folder, {})).toThrow(refused);
  });

  it('that is a folder, too large or no object is refused', () => {
    mkdirSync(file);
    expect(() => readConfig(folder, {})).toThrow(refused);
    rmSync(file, { recursive: true });
    writeFileSync(file, `{"log": "warn"${' '.repeat(2 ** 20)}}`);
    expect(() => readConfig(folder, {})).toThrow(refused);
    writeFileSync(file, '[]');
    expect(() => readConfig(folder, {})).toThrow(refused);
  });
});
