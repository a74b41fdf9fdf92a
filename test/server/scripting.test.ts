/** The examples of docs/scripting.md, run as they stand but for the model, with a daemon on a port of its own. */

import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { GOLDEN, MODEL } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from './daemon.ts';

const ROOT = join(import.meta.dirname, '../..');
const run = promisify(execFile);
// In the checkout, so that packages are found from there.
const folder = mkdtempSync(join(import.meta.dirname, '.scripting-'));
const picture = join(GOLDEN, 'image.png');
const out = (name: string) => join(folder, `${name}.png`);

let daemon: StartedDaemon;
beforeAll(async () => {
  daemon = await startDaemon(somePort());
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  await daemon.stop();
});

/** The example in that language. */
function example(language: string): string {
  const [, code] = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(
    readFileSync(join(ROOT, 'docs/scripting.md'), 'utf8'),
  )!;
  return code!;
}

const configuration = (): string => join(daemon.folder, 'config');

function write(name: string, code: string): string {
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

async function expectPicture(path: string): Promise<void> {
  expect(await sharp(path).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
}

it('TypeScript', async () => {
  const script = write('example.ts', example('ts').replace('models[0]!.name', "'modelA'"));
  const { stdout } = await run('npx', ['tsx', script, configuration(), picture, out('ts')], { cwd: ROOT });
  expect(stdout).toMatch(/^edit (\d+) \1$/m);
  await expectPicture(out('ts'));
});

const python = ['python3', '/usr/bin/python3'].find((name) => {
  try {
    execFileSync(name, ['-c', 'import websockets'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
});

it('Python', async ({ skip }) => {
  if (python === undefined) return skip('Python with the package websockets is not installed.');
  const code = example('python').replace('["models"][0]["name"]', '["models"][-1]["name"]');
  await run(python, [write('example.py', code), configuration(), picture, out('python')], { cwd: ROOT });
  await expectPicture(out('python'));
});

it('shell', async () => {
  const env = { ...daemon.env, PALIMPSEST_MODEL: MODEL, PICTURE: picture, OUT: out('shell') };
  const { stdout } = await run('sh', ['-c', example('sh')], { cwd: ROOT, env });
  expect(JSON.parse(stdout)).toMatchObject({ width: 128, height: 128, kind: 'replace' });
  await expectPicture(out('shell'));
});
