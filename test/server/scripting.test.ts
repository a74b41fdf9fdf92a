/** The examples, run as they stand but for the model, with a daemon on a port of its own; the documents show the same. */

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

const example = (name: string): string => readFileSync(join(ROOT, 'examples', name), 'utf8');

it.each([
  ['docs/scripting.md', 'edit.ts', 'ts'],
  ['docs/scripting.md', 'edit.py', 'python'],
  ['docs/scripting.md', 'edit.sh', 'sh'],
  ['docs/sdk.md', 'layers.ts', 'ts'],
])('%s shows %s', (document, name, language) => {
  expect(readFileSync(join(ROOT, document), 'utf8')).toContain(`\`\`\`${language}\n${example(name)}\`\`\``);
});

const configuration = (): string => join(daemon.folder, 'config');

function write(name: string, code: string): string {
  writeFileSync(join(folder, name), code);
  return join(folder, name);
}

async function expectPicture(path: string): Promise<void> {
  expect(await sharp(path).metadata()).toMatchObject({ format: 'png', width: 128, height: 128 });
}

it('TypeScript', async () => {
  const script = write('example.ts', example('edit.ts').replace('models[0]!.name', "'modelA'"));
  const { stdout } = await run('npx', ['tsx', script, configuration(), picture, out('ts')], { cwd: ROOT });
  expect(stdout).toMatch(/^edit (\d+) \1$/m);
  await expectPicture(out('ts'));
});

it('TypeScript, with layers', async () => {
  const script = write('layers.ts', example('layers.ts').replace('models[0]!.name', "'modelA'"));
  const { stdout } = await run('npx', ['tsx', script, configuration(), picture], { cwd: ROOT });
  expect(stdout).toMatch(/^a striped red ball.* → a striped red star.*: 128 x 128\nBall: 128 x 128\n$/m);
});

it.each(['edit.ts', 'layers.ts'])('%s ends in a sentence where the picture is a text', async (name) => {
  const script = write(`wrong-${name}`, example(name));
  const text = write('text.txt', 'not a picture');
  const line = ['tsx', script, configuration(), text, out('none')];
  const { code, stderr } = await run('npx', line, { cwd: ROOT }).catch((error) => error);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^.*\bno (picture|PNG)\b.*\n$/);
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
  const code = example('edit.py').replace('["models"][0]["name"]', '["models"][-1]["name"]');
  await run(python, [write('example.py', code), configuration(), picture, out('python')], { cwd: ROOT });
  await expectPicture(out('python'));
});

it('Python ends in a sentence where the picture is a text', async ({ skip }) => {
  if (python === undefined) return skip('Python with the package websockets is not installed.');
  const line = [
    write('wrong.py', example('edit.py')),
    configuration(),
    write('text.txt', 'none'),
    out('none'),
  ];
  const { code, stderr } = await run(python, line, { cwd: ROOT }).catch((error) => error);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^The picture is no PNG.*\n$/);
});

it('shell', async () => {
  const env = { ...daemon.env, PALIMPSEST_MODEL: MODEL, PICTURE: picture, OUT: out('shell') };
  const { stdout } = await run('sh', ['-c', example('edit.sh')], { cwd: ROOT, env });
  expect(JSON.parse(stdout)).toMatchObject({ width: 128, height: 128, kind: 'replace' });
  await expectPicture(out('shell'));
});
