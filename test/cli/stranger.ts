/** Runs the command line as a user who may not do everything, which the system's own user may. */

import { spawn, spawnSync } from 'node:child_process';
import { chownSync } from 'node:fs';
import { PROGRAM } from './palimpsest.ts';

/** No entry of the system's list, as in many containers. */
const NUMBER = 54_321;
const isRoot = process.getuid?.() === 0;
const identity = isRoot ? { uid: NUMBER, gid: NUMBER } : {};

/** Whether there is such a user here, who can read the program. */
export const canBeStranger =
  process.platform !== 'win32' && spawnSync('test', ['-r', PROGRAM], identity).status === 0;

/** Makes a file or folder theirs. */
export function give(path: string): void {
  if (isRoot) chownSync(path, NUMBER, NUMBER);
}

/** @param env all of the environment but PATH. */
export function asStranger(
  env: Readonly<Record<string, string>>,
  ...args: string[]
): Promise<{ status: number | null; stdout: Buffer; stderr: string }> {
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    ...identity,
    cwd: '/',
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on('data', (part: Buffer) => stdout.push(part));
  child.stderr.on('data', (part: Buffer) => stderr.push(part));
  return new Promise((resolve, reject) => {
    child.on('error', reject).on('close', (status) => {
      resolve({ status, stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
