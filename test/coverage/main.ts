/**
 * @file `npm run coverage`: runs all tests and tells, room by room, which lines they reach. Two tools look: Vitest at the
 * tests' own processes, and c8 at what Node writes down of each process that they start (the command line, the daemon).
 */

import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { startVitest } from 'vitest/node';
import { type FileLines, inRooms, type Room } from './rooms.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'coverage');
/** Where each process that the tests start leaves what it ran, when it ends by itself. */
const PROCESSES = join(FOLDER, 'processes');

const SOURCES = [
  'daemon/src/**/*.ts',
  'protocol/src/**/*.ts',
  'parity/src/**/*.ts',
  'plugins/*/src/**/*.{ts,tsx}',
];
/** Types of what is not TypeScript. */
const LEFT_OUT = ['**/*.d.ts'];

/** A file as Istanbul's format has it, in which both tools write; as much of it as is read here. */
interface IstanbulFile {
  readonly statementMap: Readonly<Record<string, { readonly start: { readonly line: number } }>>;
  /** How often each statement ran. */
  readonly s: Readonly<Record<string, number>>;
}

/** By file, relative to the repository: whether each line on which a statement starts was run. */
function linesOf(report: string): Map<string, Map<number, boolean>> {
  const files = JSON.parse(readFileSync(report, 'utf8')) as Readonly<Record<string, IstanbulFile>>;
  return new Map(
    Object.entries(files).map(([path, { statementMap, s }]) => {
      const lines = new Map<number, boolean>();
      for (const [id, { start }] of Object.entries(statementMap))
        lines.set(start.line, (lines.get(start.line) ?? false) || s[id]! > 0);
      return [relative(ROOT, path).replaceAll('\\', '/'), lines];
    }),
  );
}

rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(PROCESSES, { recursive: true });
// Some tests start a process as a user who may write nearly nowhere.
chmodSync(PROCESSES, 0o777);
const vitest = await startVitest('test', process.argv.slice(2), {
  root: ROOT,
  watch: false,
  // The tests' processes have started by then: only those that they start themselves heed it.
  env: { NODE_V8_COVERAGE: PROCESSES },
  coverage: {
    enabled: true,
    provider: 'v8',
    include: SOURCES,
    exclude: LEFT_OUT,
    reporter: ['json', 'html'],
    reportsDirectory: join(FOLDER, 'tests'),
    reportOnFailure: true,
  },
});
await vitest.close();

execFileSync(
  process.execPath,
  [
    join(ROOT, 'node_modules/c8/bin/c8.js'),
    'report',
    '--merge-async',
    `--temp-directory=${PROCESSES}`,
    `--reports-dir=${join(FOLDER, 'started')}`,
    '--reporter=json',
    ...SOURCES.map((files) => `--include=${files}`),
    ...LEFT_OUT.map((files) => `--exclude=${files}`),
  ],
  { cwd: ROOT, stdio: 'inherit' },
);

const own = linesOf(join(FOLDER, 'tests/coverage-final.json'));
const started = linesOf(join(FOLDER, 'started/coverage-final.json'));
const files: FileLines[] = [...own].map(([file, lines]) => ({
  file,
  lines: lines.size,
  byTests: [...lines.values()].filter(Boolean).length,
  reached: [...lines].filter(([line, ran]) => ran || started.get(file)?.get(line) === true).length,
}));

const percent = (part: number, whole: number): string =>
  whole === 0 ? '-' : `${((100 * part) / whole).toFixed(0)} %`;
const row = ({ name, lines, byTests, reached }: Room): string =>
  `| ${name} | ${lines} | ${percent(byTests, lines)} | ${percent(reached, lines)} |`;

const rows = inRooms(files).map(row);
process.stdout.write(
  `\n${['| Room | Lines | In the tests | With what they start |', '| --- | ---: | ---: | ---: |', ...rows].join('\n')}\n`,
);
process.stdout.write('\nThe least covered files:\n\n');
const worst = files
  .filter(({ lines, reached }) => reached < 0.8 * lines)
  .sort((a, b) => b.lines - b.reached - (a.lines - a.reached));
for (const { file, lines, reached } of worst.slice(0, 40))
  process.stdout.write(`${percent(reached, lines).padStart(6)} of ${String(lines).padStart(4)}  ${file}\n`);
