/** @file Sums of lines by room: a room of the daemon, the protocol, the parity, or a package of the plugins. */

export interface FileLines {
  /** Relative to the repository. */
  readonly file: string;
  /** On which a statement starts. */
  readonly lines: number;
  /** Of these, run in the tests' own processes. */
  readonly byTests: number;
  /** Of these, run there or in a process that the tests started. */
  readonly reached: number;
}

export interface Room extends Omit<FileLines, 'file'> {
  readonly name: string;
}

const roomOf = (file: string): string =>
  /^(daemon\/src\/[^/]+|plugins\/[^/]+|[^/]+)\//.exec(file)?.[1] ?? file;

/** The rooms by name, and all of them together as the last. */
export function inRooms(files: readonly FileLines[]): Room[] {
  const names = [...new Set(files.map(({ file }) => roomOf(file)))].sort();
  return [
    ...names.map((name) => ({ name, ...sum(files.filter(({ file }) => roomOf(file) === name)) })),
    { name: 'all', ...sum(files) },
  ];
}

function sum(files: readonly FileLines[]): Omit<FileLines, 'file'> {
  const total = (key: 'lines' | 'byTests' | 'reached') => files.reduce((all, file) => all + file[key], 0);
  return { lines: total('lines'), byTests: total('byTests'), reached: total('reached') };
}
