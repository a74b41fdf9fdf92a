/** `palimpsest help`: of every command, at any depth. */

import { tmpdir } from 'node:os';
import { describe, expect, it } from 'vitest';
import { inProcess } from './inProcess.ts';

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
