/** `palimpsest serve`, `clients` and `doctor`, as a user meets them. */

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pair } from '@palimpsest/protocol';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { MODEL } from '../golden.ts';
import { type StartedDaemon, somePort, startDaemon } from '../server/daemon.ts';
import { inProcess } from './inProcess.ts';
import { palimpsest, start } from './palimpsest.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-serve-'));
const cache = join(folder, 'cache');
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs a command in the environment of a daemon, or one of its own. */
async function run(env: Record<string, string | undefined>, ...args: string[]) {
  const before = { ...process.env };
  Object.assign(process.env, env);
  try {
    // What stays is a process.
    return await (args[0] === 'serve' ? palimpsest : inProcess)(cache, ...args);
  } finally {
    process.env = before;
  }
}

/** A device that the runtime has no code for on this system. */
const ABSENT = process.platform === 'win32' ? 'coreml' : 'dml';

describe('palimpsest serve', () => {
  let daemon: StartedDaemon;
  beforeAll(async () => {
    daemon = await startDaemon(somePort());
  });

  it('says where to go next', () => {
    expect(daemon.output()).toContain(`http://127.0.0.1:${daemon.port}/#launch=`);
    expect(daemon.output()).toContain(daemon.tokenFile);
    expect(daemon.output()).not.toContain(daemon.token);
  });

  it('answers on both loopback addresses where there are two, with a page', async () => {
    const page = await fetch(`http://localhost:${daemon.port}/`);
    expect(await page.text()).toContain('<title>Palimpsest</title>');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect((await fetch(`http://127.0.0.1:${daemon.port}/page.js`)).status).toBe(200);
  });

  it('is only one', async () => {
    const { status, stderr } = await run(daemon.env, 'serve');
    expect(status).toBe(1);
    expect(stderr).toContain(`runs at http://127.0.0.1:${daemon.port} already`);
    expect(stderr).toContain(`Open http://127.0.0.1:${daemon.port}`);
    expect(stderr).toMatch(/Ctrl-C .*or end process \d+/);
  });

  it('is only one over its cache, whatever the configuration', async () => {
    process.env.PALIMPSEST_CONFIG = join(folder, 'other');
    const { status, stderr } = await palimpsest(join(daemon.folder, 'cache'), 'serve');
    delete process.env.PALIMPSEST_CONFIG;
    expect(status).toBe(1);
    expect(stderr).toContain('set PALIMPSEST_CACHE to another');
  });

  it('has its clients listed and revoked by the command line', async () => {
    const listed = await run(daemon.env, 'clients', '--json');
    expect(JSON.parse(listed.stdout)).toEqual({ clients: [] });
    const revoked = await run(daemon.env, 'clients', '--revoke', 'nobody');
    expect(revoked.stderr).toContain('There is no client nobody.');
    expect(revoked.status).toBe(2);
  });

  it('says all of it to a program as lines of JSON', async () => {
    const own = join(folder, 'machine');
    const port = somePort();
    const { child, finished } = start(own, ['serve', '--port', String(port), '--json']);
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.kill('SIGTERM');
    const { status, stdout } = await finished;
    const [running, stopping] = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(running.running).toMatchObject({ port, token: expect.stringMatching(/token$/) });
    expect(stopping).toEqual({ stopping: true });
    expect(status).toBe(0);
  });

  it('shows the code of a pairing and who asks, and then that it was let in', async () => {
    const url = `ws://127.0.0.1:${daemon.port}/rpc`;
    const token = await pair({ urls: [url], webSocket: WebSocket, name: 'A test' }, async () => {
      const shown = () => /"A test" wants to connect.*: {2}(\d{6})/.exec(daemon.output())?.[1];
      await vi.waitFor(() => expect(shown()).toBeDefined());
      return shown()!;
    });
    expect(token).toMatch(/^[0-9a-f]{64}$/);
    await vi.waitFor(() => expect(daemon.output()).toMatch(/"A test" is connected.*--revoke \S+/));
  });

  it('keeps a name that is written from right to left apart from the rest of its line', async () => {
    const url = `ws://127.0.0.1:${daemon.port}/rpc`;
    const name = 'אבג "123';
    const shown = `"\u2068אבג '123\u2069"`;
    await pair({ urls: [url], webSocket: WebSocket, name }, async () => {
      const code = () => new RegExp(`${shown} wants to connect.*: {2}(\\d{6})`).exec(daemon.output())?.[1];
      await vi.waitFor(() => expect(code()).toBeDefined());
      return code()!;
    });
    await vi.waitFor(() => expect(daemon.output()).toContain(`${shown} is connected`));
    expect((await run(daemon.env, 'clients')).stdout).toContain('  \u2068אבג "123\u2069\n');
  });

  it('stops cleanly', async () => {
    const lock = daemon.tokenFile.replace(/token$/, 'daemon.json');
    expect(existsSync(lock)).toBe(true);
    expect(await daemon.stop()).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });
});

describe('palimpsest serve with a fault', () => {
  const config = join(folder, 'config');
  const env = (more: Record<string, string>) => ({ PALIMPSEST_CONFIG: config, ...more });

  it.each([
    ['of the environment', { PALIMPSEST_PORT: 'x' }, null, 'port: give a whole number from 1 to 65535'],
    ['of a device that is not there', { PALIMPSEST_DEVICE: ABSENT }, null, `has no ${ABSENT}`],
    ['of the file', {}, '{"colour":1}', 'colour'],
    ['of no file of JSON', {}, '{\n  "port": x', 'config.json is not valid JSON: look at line 2, column 11'],
  ])('%s says which', async (_, more, file, name) => {
    mkdirSync(config, { recursive: true });
    rmSync(join(config, 'config.json'), { force: true });
    if (file !== null) writeFileSync(join(config, 'config.json'), file);
    const { status, stderr } = await run(env(more), 'serve');
    expect(status).toBe(2);
    expect(stderr).toContain(name);
    rmSync(join(config, 'config.json'), { force: true });
  });

  it('says when its port is taken, and which folder of models is not there', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : 0;
    const args = ['serve', '--models', '/nowhere/models'];
    const { status, stderr } = await run(env({ PALIMPSEST_PORT: String(port) }), ...args);
    other.close();
    expect(status).toBe(1);
    expect(stderr).toContain('PORT_TAKEN');
    expect(stderr).toContain('Warning: /nowhere/models does not exist (named on the command line).');
  });
});

describe('palimpsest doctor', () => {
  it('says what works', async () => {
    const { stdout } = await run({ PALIMPSEST_CONFIG: join(folder, 'doctor') }, 'doctor', '--json');
    const { findings } = JSON.parse(stdout) as { findings: { what: string; ok: boolean; found: string }[] };
    const names = ['Node', 'ONNX Runtime', 'Memory', 'Cache folder', 'Configuration', 'Models', 'Daemon'];
    expect(findings.map(({ what }) => what)).toEqual(names);
    expect(findings.find(({ what }) => what === 'ONNX Runtime')?.ok).toBe(true);
  });

  it('says how to mend what does not', async () => {
    const broken = join(folder, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'model_index.json'), '{}');
    const env = { PALIMPSEST_CONFIG: join(folder, 'doctor'), PALIMPSEST_MODELS: broken };
    const { status, stdout } = await run(env, 'doctor');
    expect(status).toBe(1);
    expect(stdout).toMatch(/NO {2}Models/);
    expect(stdout).toContain('-> broken:');
  });

  it('tells a broken configuration once, and no other mend for it', async () => {
    const config = join(folder, 'misspelt');
    mkdirSync(config);
    writeFileSync(join(config, 'config.json'), '{ "devcie": "cpu" }');
    const { stdout } = await run({ PALIMPSEST_CONFIG: config }, 'doctor');
    expect(stdout.match(/devcie/g)).toHaveLength(1);
    expect(stdout).toMatch(/NO {2}Models +not looked for: mend the configuration first/);
    expect(stdout).not.toContain('models pull');
  });

  it('holds the memory that work may take against what Stable Diffusion does', async () => {
    const memoryWith = async (budget: string) => {
      const env = { PALIMPSEST_CONFIG: join(folder, 'doctor'), PALIMPSEST_MEMORY_BUDGET: budget };
      return /^(ok|NO) +Memory .*/m.exec((await run(env, 'doctor')).stdout)?.[0];
    };
    expect(await memoryWith('8GB')).toMatch(/^NO .*work may take 8\.0 GB$/);
    expect(await memoryWith('9GB')).toMatch(/^ok .*work may take 9\.0 GB$/);
  });

  it('tells what was named and is not there', async () => {
    const config = join(folder, 'doctor');
    mkdirSync(config, { recursive: true });
    const named = { mine: { model: 'demo', loras: ['gone.safetensors:0.5'] } };
    writeFileSync(
      join(config, 'config.json'),
      JSON.stringify({ models: ['/nowhere/models'], named, device: ABSENT }),
    );
    const file = join(config, 'config.json');
    const gone = `${join(config, 'gone.safetensors')} does not exist.`;
    const { stdout } = await run({ PALIMPSEST_CONFIG: config }, 'doctor');
    expect(stdout).toMatch(new RegExp(`NO {2}ONNX Runtime .*has no ${ABSENT}`));
    expect(stdout).toMatch(/NO {2}Models/);
    expect(stdout).toContain(`/nowhere/models does not exist (named in ${file}).`);
    expect(stdout).toContain(`mine: ${gone}`);

    const listed = await run({ PALIMPSEST_CONFIG: config }, 'models', '/nowhere/else');
    expect(listed.stderr).toContain('/nowhere/else does not exist (named on the command line).');
    expect(listed.stderr).toContain(`/nowhere/models does not exist (named in ${file}).`);
    expect(listed.stdout).toContain(`Not usable:\n  mine: ${gone}`);
    const env = { PALIMPSEST_CONFIG: config, PALIMPSEST_MODELS: '/nowhere/other' };
    const machine = await run(env, 'models', '--json');
    expect(JSON.parse(machine.stderr)).toEqual({
      notice: '/nowhere/other does not exist (named in PALIMPSEST_MODELS).',
    });
    expect(JSON.parse(machine.stdout).models).toContainEqual(
      expect.objectContaining({ name: 'mine', refused: gone }),
    );
  });
});

it('palimpsest models lists each by what --model takes: by its path, where it would not be found by a name', async () => {
  const models = join(folder, 'elsewhere');
  mkdirSync(models);
  cpSync(MODEL, join(models, 'mine'), { recursive: true });
  const env = { PALIMPSEST_CONFIG: join(folder, 'listing') };
  const used = async (more: Record<string, string>, ...folders: string[]) => {
    const { stdout } = await run({ ...env, ...more }, 'models', '--json', ...folders);
    const { models } = JSON.parse(stdout) as { models: { name: string; use: string }[] };
    return models.map(({ name, use }) => [name, use]);
  };
  expect(await used({}, models)).toContainEqual(['mine', join(models, 'mine')]);
  expect(await used({ PALIMPSEST_MODELS: models }, models)).toContainEqual(['mine', 'mine']);
  const { stdout } = await run(env, 'models', models);
  expect(stdout).toMatch(/by its path.*\n {2}\S+elsewhere.mine\n/);
  expect(stdout).toMatch(/by its name.*\n {2}demo /);
});
