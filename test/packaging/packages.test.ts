/** What people install: three tarballs, in a folder that knows nothing of the repository. */

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pack } from '../../packaging/pack.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
const folder = mkdtempSync(join(tmpdir(), 'palimpsest-packages-'));
afterAll(() => rmSync(folder, { recursive: true }));

const env = {
  ...process.env,
  PALIMPSEST_CACHE: join(folder, 'cache'),
  PALIMPSEST_CONFIG: join(folder, 'config'),
};
const EDIT = [
  'edit',
  join(ROOT, 'plugins/page/src/examples/ball.png'),
  '--from',
  'a striped red ball on a meadow',
];
const TO = ['--to', 'a striped red star on a meadow', '--mode', 'instant', '--steps', '4', '--out'];

beforeAll(async () => {
  const tarballs = await pack(join(folder, 'tarballs'));
  writeFileSync(join(folder, 'package.json'), '{ "name": "stranger", "private": true, "type": "module" }');
  const types = ['@types/node', '@types/ws'].map((name) => `${name}@${versionOf(name)}`);
  await run(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--prefer-offline',
      '--no-audit',
      '--no-fund',
      ...Object.values(tarballs),
      ...types,
    ],
    { cwd: folder },
  );
}, 300_000);

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;

it('have JavaScript and no TypeScript', () => {
  const program = join(folder, 'node_modules/palimpsest');
  const sources = readdirSync(program, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'),
  );
  expect(sources).toEqual([]);
  for (const name of ['tsx', 'typescript', 'esbuild'])
    expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
});

it('hold what their README points to, within 25 MB', () => {
  const program = join(folder, 'node_modules/palimpsest');
  const readme = readFileSync(join(program, 'README.md'), 'utf8');
  const links = [...readme.matchAll(/\]\(([^)#]+)/g)].map(([, link]) => link!);
  const inside = links.filter((link) => !/^[a-z]+:/.test(link));
  expect(inside.length).toBeGreaterThan(10);
  expect(inside.filter((link) => !existsSync(join(program, link)))).toEqual([]);
  const tarballs = join(folder, 'tarballs');
  for (const name of readdirSync(tarballs)) expect(statSync(join(tarballs, name)).size).toBeLessThan(25e6);
});

it('edit to the same bytes as the repository', async () => {
  const [ours, theirs] = [join(folder, 'ours.png'), join(folder, 'theirs.png')];
  await run(process.execPath, [join(ROOT, 'daemon/bin/palimpsest.js'), ...EDIT, ...TO, ours], {
    cwd: folder,
    env,
  });
  rmSync(join(folder, 'cache'), { recursive: true });
  await run(join(folder, 'node_modules/.bin/palimpsest'), [...EDIT, ...TO, theirs], { cwd: folder, env });
  expect(readFileSync(theirs).equals(readFileSync(ours))).toBe(true);
});

it("type-check in a stranger's project", async () => {
  for (const name of ['edit.ts', 'layers.ts']) copyFileSync(join(ROOT, 'examples', name), join(folder, name));
  const compilerOptions = {
    ...{ target: 'ES2022', lib: ['ES2023', 'DOM'], module: 'NodeNext', types: ['node'] },
    ...{ strict: true, skipLibCheck: false, noEmit: true },
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['edit.ts', 'layers.ts'] }),
  );
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '-p', folder]).catch((error) => error);
  expect(stdout).toBe('');
});
