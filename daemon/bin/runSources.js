// In the repository the sources are TypeScript and run as they are; a package has what was built from them.
import { existsSync, lstatSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * tsx keeps what it compiles in the temporary folder, and runs what it finds there. So that folder has to be this user's
 * alone, and nobody else may put another in its place.
 */
function isSafe() {
  try {
    // Windows has such a folder for each user.
    if (process.platform === 'win32') return true;
    const uid = process.geteuid();
    const around = statSync(tmpdir());
    const isSticky = (around.mode & 0o1000) !== 0;
    if (![0, uid].includes(around.uid) || ((around.mode & 0o022) !== 0 && !isSticky)) return false;
    const folder = join(tmpdir(), `tsx-${uid}`);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const facts = lstatSync(folder);
    return facts.isDirectory() && facts.uid === uid && (facts.mode & 0o022) === 0;
  } catch {
    return false;
  }
}

if (existsSync(join(import.meta.dirname, '../src/cli/main.ts'))) {
  // Without it each run compiles anew; so do those that it starts.
  if (!isSafe()) process.env.TSX_DISABLE_CACHE = '1';
  const { register } = await import('tsx/esm/api');
  register();
}
