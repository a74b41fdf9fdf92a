/** `palimpsest help`, of every command at any depth, and the list of models. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { inProcess } from './inProcess.ts';

it('palimpsest models tells the place of what is refused once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-refused-'));
  try {
    const file = join(folder, 'packed.safetensors');
    writeFileSync(file, Buffer.from('\x1f\x8b\x08\0\0\0\0\0\0\x03', 'latin1'));
    const { stdout } = await inProcess(join(folder, 'cache'), 'models', folder);
    const [line = ''] = stdout.split('\n').filter((some) => some.includes('gzip'));
    expect(line.split(file)).toHaveLength(2);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe('palimpsest help', () => {
  it.each([
    [['help', 'models', 'pull'], 'Usage: palimpsest models pull [options] <model>'],
    [['help', 'models'], 'Usage: palimpsest models [options]'],
    [['help'], 'Usage: palimpsest [options] [command]'],
    [['help', '--help'], 'Usage: palimpsest [options] [command]'],
  ])('%j is the help of that command', async (line, usage) => {
    const { status, stdout } = await inProcess(tmpdir(), ...line);
    expect(status).toBe(0);
    expect(stdout).toContain(usage);
  });

  it.each(['nothing', 'toString'])('of %s, which is no command, is refused', async (name) => {
    const { status, stdout, stderr } = await inProcess(tmpdir(), 'help', name);
    expect(status).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`unknown command '${name}'`);
  });
});
