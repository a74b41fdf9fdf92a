/** The house rules that no linter knows: which room may import from which, and how large a file may grow. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../daemon/src');

/** From high to low: a file imports from its own room and from lower ones (docs/architecture.md). */
const ROOMS = [
  ['cli', 'parity'],
  ['server'],
  ['queue'],
  ['engine'],
  ['jobs'],
  ['store'],
  ['methods'],
  ['attention'],
  ['models'],
  ['graph'],
  ['imaging'],
  ['runtime'],
  ['tensor'],
];
const MAX_LINES = 300;

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCES, name));

const roomOf = (file: string): string => relative(SOURCES, file).split('/')[0]!;
const level = (file: string): number => ROOMS.findIndex((rooms) => rooms.includes(roomOf(file)));

const imports = new Map(
  files.map((file) => {
    const specifiers = [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)].map(
      ([, name]) => name!,
    );
    return [file, specifiers.map((name) => resolve(dirname(file), name))];
  }),
);

describe('the rooms of the daemon', () => {
  it('are all in the list', () => {
    expect([...new Set(files.filter((file) => level(file) < 0).map(roomOf))]).toEqual([]);
  });

  it('import downwards only', () => {
    const upwards = files.flatMap((file) =>
      imports
        .get(file)!
        .filter((target) => roomOf(target) !== roomOf(file) && level(target) <= level(file))
        .map((target) => `${relative(SOURCES, file)} -> ${relative(SOURCES, target)}`),
    );
    expect(upwards).toEqual([]);
  });

  it(`hold files of at most ${MAX_LINES} lines`, () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES);
    expect(long.map((file) => relative(SOURCES, file))).toEqual([]);
  });

  it('has no circles', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        throw new Error(`circle: ${[...path, file].map((f) => relative(SOURCES, f)).join(' -> ')}`);
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});
