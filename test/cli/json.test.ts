/** `--json`, of every command, wherever it stands: one value on stdout, be it a result or an error, and JSON on stderr. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { MODEL } from '../golden.ts';
import { inProcess } from './inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-json-'));
afterAll(() => rmSync(folder, { recursive: true }));
const nowhere = join(folder, 'nowhere.png');
const out = ['--out', join(folder, 'out.png')];

/** Each command, as it fails at once, with the code of why. */
const LINES: readonly (readonly [command: string, rest: readonly string[], code: string])[] = [
  ['invert', [nowhere, '--from', 'a cat'], 'PICTURE_UNREADABLE'],
  ['edit', [nowhere, '--from', 'a cat', '--to', 'a dog', ...out], 'PICTURE_UNREADABLE'],
  ['style', [nowhere, nowhere, '--from', 'a cat', '--style-from', 'a print', ...out], 'PICTURE_UNREADABLE'],
  ['generate', ['a cat', '--out', ''], 'OPTION_INVALID'],
  ['models', [], 'OPTION_INVALID'],
  ['models pull', ['nothing'], 'MODEL_UNKNOWN'],
  ['inspect-model', [join(folder, 'nowhere')], 'MODEL_FOLDER_INVALID'],
  ['serve', [], 'OPTION_INVALID'],
  ['photopea', ['--no-open'], 'CONNECTION_LOST'],
  ['clients', [], 'CONNECTION_LOST'],
];
/** What fails by its configuration alone. */
const CONFIGURED = ['models', 'serve'];

/** Runs a line with an empty cache and configuration, or a wrong one. */
async function run(line: readonly string[], isConfigured: boolean) {
  const cache = mkdtempSync(join(folder, 'cache-'));
  if (isConfigured) {
    mkdirSync(join(cache, 'config'));
    writeFileSync(join(cache, 'config/config.json'), '{ "devcie": "cpu" }');
  }
  const { status, stdout, stderr } = await inProcess(cache, ...line);
  for (const told of stderr.split('\n').filter(Boolean)) expect(() => JSON.parse(told)).not.toThrow();
  return { status, said: JSON.parse(stdout) };
}

it('is of every command', async () => {
  const { stdout } = await inProcess(folder, 'help');
  const commands = [...stdout.slice(stdout.indexOf('Commands:')).matchAll(/^ {2}(\S+)/gm)].map(
    ([, name]) => name,
  );
  // What the doctor finds is no error.
  const known = new Set([...LINES.map(([name]) => name.split(' ')[0]), 'doctor', 'help']);
  expect(commands.filter((name) => !known.has(name))).toEqual([]);
  expect(commands.length).toBe(known.size);
});

describe.each(LINES)('palimpsest %s', (command, rest, code) => {
  const words = command.split(' ');
  const line = [...words, ...rest];
  it.each([...words, 'rest', 'end'].map((_, place) => (place > words.length ? line.length : place)))(
    'reports an error as JSON, with --json after %i words',
    async (place) => {
      const { status, said } = await run(line.toSpliced(place, 0, '--json'), CONFIGURED.includes(command));
      expect(said).toMatchObject({ error: { code, message: expect.any(String) } });
      expect(status).toBe(code === 'OPTION_INVALID' ? 2 : 1);
    },
  );

  it.each([[['--json', '--nope']], [['--nope', '--json']]])(
    'reports an unknown option: %j',
    async (flags) => {
      const { status, said } = await run([...words, ...flags], false);
      expect(said).toMatchObject({ error: { code: 'OPTION_INVALID' } });
      expect(status).toBe(2);
    },
  );

  it('names --json in its help', async () => {
    const { stdout } = await inProcess(folder, 'help', ...words);
    expect(stdout).toContain('--json');
  });
});

it('asks for a command where there is none', async () => {
  const { said } = await run(['--json'], false);
  expect(said.error.message).toContain('palimpsest help');
});

it.each([
  [['inspect-model', MODEL], 'components'],
  [['models'], 'models'],
  [['doctor'], 'findings'],
])('palimpsest %j gives its result as JSON, wherever --json stands', async (line, key) => {
  for (const place of [0, 1, line.length])
    expect((await run(line.toSpliced(place, 0, '--json'), false)).said).toHaveProperty(key);
});

it('is no option after --, where a word may look like one', async () => {
  const { stdout, stderr } = await inProcess(folder, 'models', 'pull', '--', '--json');
  expect(stdout).toBe('');
  expect(stderr).toContain('"--json" is no model');
});
