/** What people install: three tarballs, in a folder that knows nothing of the repository. */

import { execFile } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
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

let tarballs: Record<string, string>;

beforeAll(async () => {
  tarballs = await pack(join(folder, 'tarballs'));
  writeManifest(folder, {});
  const types = ['@types/node', '@types/ws'].map((name) => `${name}@${versionOf(name)}`);
  await install(folder, ...Object.values(tarballs), ...types);
}, 300_000);

const versionOf = (name: string): string =>
  JSON.parse(readFileSync(join(ROOT, 'node_modules', name, 'package.json'), 'utf8')).version;

/** npm as people call it, but that it looks into its cache before it asks for what it has. */
const install = (cwd: string, ...what: string[]) =>
  run('npm', ['install', '--ignore-scripts', '--prefer-offline', '--no-audit', '--no-fund', ...what], {
    cwd,
  });

function writeManifest(project: string, more: object): void {
  mkdirSync(project, { recursive: true });
  const manifest = { name: 'stranger', version: '1.0.0', private: true, type: 'module', ...more };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
}

const versionSaid = async (program: string): Promise<string> =>
  (await run(program, ['--version'], { env })).stdout.trim();

it('start from the folder of all programs', async () => {
  const prefix = join(folder, 'global');
  await install(folder, '--global', '--prefix', prefix, tarballs.palimpsest!);
  const bin = process.platform === 'win32' ? prefix : join(prefix, 'bin');
  expect(await versionSaid(join(bin, 'palimpsest'))).toBe(versionOf('../daemon'));
}, 300_000);

it('start beside other versions of what they need', async () => {
  const project = join(folder, 'crowded');
  const others = ['zod', 'json-rpc-2.0', 'ws', 'commander'];
  for (const name of others) writeManifest(join(project, 'others', name), { name, version: '0.0.1' });
  writeManifest(project, {
    dependencies: Object.fromEntries(others.map((name) => [name, `file:./others/${name}`])),
  });
  await install(project, ...Object.values(tarballs));
  expect(await versionSaid(join(project, 'node_modules/.bin/palimpsest'))).toBe(versionOf('../daemon'));
  const imports = "await import('@palimpsest/protocol'); await import('@palimpsest/sdk');";
  await run(process.execPath, ['--input-type=module', '--eval', imports], { cwd: project });
}, 300_000);

it('have JavaScript, and TypeScript in examples alone', () => {
  const program = join(folder, 'node_modules/palimpsest');
  const sources = readdirSync(program, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !name.endsWith('.d.ts'),
  );
  expect(sources.filter((name) => dirname(name) !== 'examples')).toEqual([]);
  for (const name of ['tsx', 'typescript', 'esbuild'])
    expect(existsSync(join(folder, 'node_modules', name))).toBe(false);
});

it.each(['palimpsest', '@palimpsest/protocol', '@palimpsest/sdk'])(
  '%s: every link of its documents leads somewhere',
  (name) => {
    const home = join(folder, 'node_modules', name);
    const documents = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
      (path) => path.endsWith('.md') && !path.includes('node_modules'),
    );
    expect(documents).toContain('README.md');
    const links = documents.flatMap((path) =>
      linksOf(readFileSync(join(home, path), 'utf8')).map((link) => ({ path, link })),
    );
    const broken = links.filter(({ path, link }) => !leadsSomewhere(home, path, link));
    expect(broken).toEqual([]);
    if (name === 'palimpsest') expect(links.length).toBeGreaterThan(50);
  },
);

/** Where a document points to within its package. */
const linksOf = (text: string): string[] =>
  [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!).filter((link) => !/^[a-z]+:/.test(link));

function leadsSomewhere(home: string, from: string, link: string): boolean {
  const [path, anchor] = link.split('#') as [string, string?];
  const target = path === '' ? join(home, from) : join(home, dirname(from), path);
  if (!existsSync(target)) return false;
  return anchor === undefined || anchorsOf(readFileSync(target, 'utf8')).includes(anchor);
}

/** The names of a document's headings, as Markdown's renderers make them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );

it('take less than 25 MB', () => {
  for (const path of Object.values(tarballs)) expect(statSync(path).size).toBeLessThan(25e6);
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
