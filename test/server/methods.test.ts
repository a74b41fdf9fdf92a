/** Every method with bad params: the right code, and the place of the fault. Nothing of ours gets out. */

import { DaemonClient, type JobRecord, METHODS } from '@palimpsest/protocol';
import { sentenceOf } from '@palimpsest/sdk';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { WebSocket } from 'ws';
import { writeError } from '../../daemon/src/files/writeFile.ts';
import { errorOf } from '../../protocol/src/client/connection.ts';
import { picture, RawClient, type TestServer, testServer } from './harness.ts';

let server: TestServer;
let client: RawClient;
beforeAll(async () => {
  server = await testServer();
});
afterAll(() => server.close());
// Whose requests are refused again and again is closed.
beforeEach(async () => {
  client = await RawClient.greet(server);
});
afterEach(() => client.socket.terminate());

const image = `sha256:${'0'.repeat(64)}`;
const edit = { model: 'tiny', image, source: 'a dog', target: 'a cat' };
const inversion = { model: 'tiny', image, prompt: 'a dog' };
const style = { model: 'tiny', image, source: 'a dog', style: image, styleSource: 'a painting' };
const reweight = { model: 'tiny', image, source: 'a dog', weights: [{ word: 'dog', weight: 2 }] };

describe('params', () => {
  it.each(Object.keys(METHODS).filter((name) => !name.startsWith('pair.')))(
    'of %s with an unknown key are refused',
    async (method) => {
      const { error } = await client.call(method, { surprise: 1 });
      expect(error).toMatchObject({ code: -32602, data: { code: 'OPTION_INVALID' } });
      const faults = error?.data?.faults as { path: string }[];
      expect(faults.map(({ path }) => path)).toContain('surprise');
    },
  );

  it.each(
    Object.entries(METHODS).flatMap(([name, { params }]) => {
      const required = Object.entries(params.shape).filter(
        ([, schema]) => !schema.safeParse(undefined).success,
      );
      return required.map(([key]) => [name, key] as const);
    }),
  )('of %s without %s are refused', async (method, key) => {
    const { error } = await client.call(method, {});
    expect(error?.code).toBe(-32602);
    const faults = error?.data?.faults as { path: string }[];
    expect(faults.map(({ path }) => path)).toContain(key);
  });

  it.each([
    ['edits.create', { ...edit, inversion: { steps: 0 } }, 'inversion.steps'],
    ['edits.create', { ...edit, inversion: { steps: 2.5 } }, 'inversion.steps'],
    ['edits.create', { ...edit, inversion: { seed: 'x' } }, 'inversion.seed'],
    ['edits.create', { ...edit, edit: { tauV: 1.5 } }, 'edit.tauV'],
    ['edits.create', { ...edit, edit: { tauV: Number.MAX_VALUE } }, 'edit.tauV'],
    ['edits.create', { ...edit, edit: { weights: [{ word: '', weight: 1 }] } }, 'edit.weights[0].word'],
    ['edits.create', { ...edit, edit: { wordTaus: [{ word: 'a', from: 1, to: 0 }] } }, 'edit.wordTaus[0]'],
    ['edits.replace', { ...edit, edit: { kind: 'refine' } }, 'edit.kind'],
    ['edits.create', { ...edit, inversion: { mode: 'instant', innerSteps: 5 } }, 'inversion.innerSteps'],
    ['edits.create', { ...edit, inversion: { method: 'ddim', learn: 'both' } }, 'inversion.learn'],
    ['edits.create', { ...edit, edit: { editor: 'sdedit', tauS: 0.3 } }, 'edit.tauS'],
    ['edits.create', { ...edit, edit: { editor: 'p2p', strength: 0.3 } }, 'edit.strength'],
    ['edits.replace', { ...edit, edit: { editor: 'masaCtrl' } }, 'edit.kind'],
    ['edits.reweight', { ...reweight, edit: { editor: 'sdedit' } }, 'edit.kind'],
    ['inversions.create', { ...inversion, options: { towardsEmpty: 0.5 } }, 'options.towardsEmpty'],
    ['inversions.attention', { ...inversion, options: { proximalNorm: 'l1' } }, 'options.proximalNorm'],
    ['styles.create', { ...style, inversion: { towardsEmpty: 0.5 } }, 'inversion.towardsEmpty'],
    ['edits.reweight', { ...reweight, weights: [] }, 'weights'],
    ['edits.reweight', { ...reweight, target: 'x' }, 'target'],
    ['edits.create', { ...edit, source: 'x'.repeat(2001) }, 'source'],
    ['edits.create', { ...edit, image: '/etc/passwd' }, 'image'],
    ['edits.create', { ...edit, image: `sha256:${'A'.repeat(64)}` }, 'image'],
    ['edits.create', { ...edit, model: '../../model' }, 'model'],
    ['edits.create', { ...edit, model: 'https://evil.example/model' }, 'model'],
    ['edits.create', { ...edit, priority: 'first' }, 'priority'],
    ['edits.create', { ...edit, __proto__: null, constructor: {} }, 'constructor'],
    ['generate', { model: 'tiny', prompt: 'x', options: { width: 1e9 } }, 'options.width'],
    ['jobs.list', { limit: 1e6 }, 'limit'],
    ['jobs.get', { id: '../1' }, 'id'],
    ['inversions.delete', { id: '../../token' }, 'id'],
    ['images.put', { data: 'not base64!' }, 'data'],
    ['pair.request', { name: '\u001b[31mred' }, 'name'],
  ])('of %s out of range are refused with their path (%#)', async (method, params, path) => {
    expect((await client.call(method, params)).error).toMatchObject({ code: -32602, data: { path } });
  });

  it('say in a sentence what is wrong', async () => {
    const { error } = await client.call('edits.create', { ...edit, edit: { tauV: 2 } });
    expect(error?.message).toBe('edit.tauV: give a number from 0 to 1. See the schema in rpc.discover.');
  });
});

describe('errors of JSON-RPC itself have a code and facts too', () => {
  const put = (params: unknown) => ({ jsonrpc: '2.0', id: 1, method: 'edits.create', params });
  it.each([
    ['no JSON', '{', -32700, 'MESSAGE_INVALID', {}],
    ['no request', '7', -32600, 'MESSAGE_INVALID', {}],
    ['too many of them', JSON.stringify(Array(17).fill(put({}))), -32600, 'MESSAGE_INVALID', { most: 16 }],
    [
      'no method',
      JSON.stringify({ ...put({}), method: 'edits.make' }),
      -32601,
      'METHOD_UNKNOWN',
      { method: 'edits.make', see: 'rpc.discover' },
    ],
    [
      'params by position',
      JSON.stringify(put([1])),
      -32602,
      'OPTION_INVALID',
      { path: 'params', type: 'object' },
    ],
    [
      'a number out of range',
      JSON.stringify(put({ ...edit, inversion: { steps: 501 } })),
      -32602,
      'OPTION_INVALID',
      { path: 'inversion.steps', type: 'integer', least: 1, most: 500 },
    ],
    [
      'a choice that is none',
      JSON.stringify(put({ ...edit, priority: 'first' })),
      -32602,
      'OPTION_INVALID',
      { path: 'priority', choices: ['interactive', 'batch'] },
    ],
    [
      'a text of another form',
      JSON.stringify(put({ ...edit, image: 'sha256:x' })),
      -32602,
      'OPTION_INVALID',
      { path: 'image', type: 'string', pattern: '^sha256:[0-9a-f]{64}$' },
    ],
    [
      'a text that is too long',
      JSON.stringify(put({ ...edit, source: 'x'.repeat(2001) })),
      -32602,
      'OPTION_INVALID',
      { path: 'source', type: 'string', longest: 2000 },
    ],
    [
      'what is missing',
      JSON.stringify(put({ ...edit, target: undefined })),
      -32602,
      'OPTION_INVALID',
      { path: 'target', isMissing: true, type: 'string' },
    ],
    [
      'what nobody knows',
      JSON.stringify(put({ ...edit, edit: { tauX: 1 } })),
      -32602,
      'OPTION_INVALID',
      { path: 'edit.tauX', unknown: 'tauX' },
    ],
  ])('%s', async (_, text, number, code, facts) => {
    const answer = (await client.ask(text)) as { error: { message: string; data: object } };
    expect(answer.error).toMatchObject({ code: number, data: { code } });
    expect(answer.error.data).toMatchObject({ facts });
    // None of the words of a library.
    expect(answer.error.message).not.toMatch(/Invalid|expected|Unrecognized|\^sha256/);
  });

  it('and what contradicts itself is told in whole sentences, of which a panel shows the one that matters', async () => {
    const typed = await DaemonClient.connect({
      urls: [server.url],
      token: server.token,
      webSocket: WebSocket,
      maxPause: 0,
    });
    const asked = {
      ...edit,
      inversion: { method: 'proximal' as const },
      edit: { editor: 'sdedit' as const },
    };
    const error = await typed.call('edits.create', asked).catch((reason: Error) => reason);
    typed.close();
    const told =
      /^SDEdit is not defined on Proximal .*: it starts from random noise, .* styleDiffusion, .* or regularized\.$/;
    expect(sentenceOf(error)).toMatch(told);
    expect((error as Error).message).toMatch(/^edit\.editor: SDEdit .* regularized\. See the schema/);
  });

  it('and the typed client has them', async () => {
    const typed = await DaemonClient.connect({
      urls: [server.url],
      token: server.token,
      webSocket: WebSocket,
      maxPause: 0,
    });
    const wrong = { ...edit, image: 'sha256:x', edit: { tauV: 2 } };
    await expect(typed.call('edits.create', wrong)).rejects.toMatchObject({
      code: 'OPTION_INVALID',
      facts: { path: 'image', type: 'string' },
      faults: [{ path: 'image' }, { path: 'edit.tauV', facts: { least: 0, most: 1 } }],
    });
    await expect(typed.call('edits.make' as never, {} as never)).rejects.toMatchObject({
      code: 'METHOD_UNKNOWN',
      facts: { method: 'edits.make' },
    });
    typed.close();
    // Of a daemon that gives no code.
    expect(errorOf({ code: -32601, message: 'No.' })).toMatchObject({ code: 'METHOD_UNKNOWN' });
    expect(errorOf({ code: -32602, message: 'No.', data: { path: 'x' } })).toMatchObject({
      code: 'OPTION_INVALID',
      facts: { path: 'x' },
    });
  });
});

describe('options that the chosen method does not heed', () => {
  it('are named with the methods that do', async () => {
    const asked = { inversion: { mode: 'instant', innerSteps: 5 }, edit: { editor: 'wordSwap', tauU: 0.1 } };
    const { error } = await client.call('edits.create', { ...edit, ...asked });
    expect(error?.data).toMatchObject({
      code: 'OPTION_INVALID',
      faults: [
        {
          path: 'inversion.innerSteps',
          message:
            'Direct inversion does not heed it: leave it out, or choose the method styleDiffusion or nullText',
          facts: {
            ...{ method: 'direct', choices: ['styleDiffusion', 'nullText'] },
            ...{ option: 'innerSteps', needs: 'inversion' },
          },
        },
        {
          path: 'edit.tauU',
          message: 'DDIM with word swap does not heed it: leave it out, or choose the editor p2plus',
          facts: { editor: 'wordSwap', choices: ['p2plus'], option: 'tauU', needs: 'editor' },
        },
      ],
    });
  });

  it('are no wish at their usual values, which programs of version 0.1.0 write out', async () => {
    const inversion = {
      ...{ mode: 'instant', recipe: 'official', steps: 20, guidance: 7.5, learn: 'values', seed: 0 },
      ...{ earlyStopEpsilon: 1e-5, towardsEmpty: 0, proximalNorm: 'l0', proximalQuantile: 0.7 },
      proximalPull: 'trajectory',
    };
    const options = {
      ...{ editor: 'sdedit', kind: 'auto', tauV: 0.6, tauC: 0.6, tauS: 0.8, tauU: 0.5, wordTaus: [] },
      ...{ weights: [], blendThreshold: 0.3, subtractThreshold: 0.3, mutualFromStep: 0.08 },
      ...{ injectAttention: 0.5, injectFeatures: 0.8, negativeAlpha: 1, attentionRate: 0.1 },
      ...{ strength: 0.8, feather: 8 },
    };
    const { result } = await client.call('edits.create', { ...edit, inversion, edit: options });
    expect(result).toMatchObject({
      job: { request: { edit: { editor: 'sdedit', tauV: 0.6, strength: 0.8 } } },
    });
    expect(JSON.stringify(result)).not.toMatch(/recipe|proximal|tauS|inject/);
  });
});

describe('the name of who asks to be let in', () => {
  it.each([
    '',
    ' ',
    '   ',
    '\u3164',
    ' \u2800\u115f ',
    'a\u202eb',
    'a\u200fb',
    'a\x1b[2Jb',
    'a\nb',
    '\u200b',
    'a\u2066b',
  ])('cannot be %j, of which nothing is seen or which turns what follows', async (name) => {
    const asking = await RawClient.open(server.url);
    if (typeof asking === 'number') throw new Error('refused');
    for (const [method, more] of [
      ['pair.request', {}],
      ['pair.launch', { code: '0'.repeat(32) }],
    ] as const) {
      const { error } = await asking.call(method, { ...more, name });
      expect(error).toMatchObject({ code: -32602, data: { path: 'name' } });
    }
    asking.socket.terminate();
  });
});

describe('unknown things', () => {
  it.each([
    ['jobs.get', { id: 'none' }, 'JOB_UNKNOWN', { job: 'none' }],
    ['jobs.cancel', { id: 'none' }, 'JOB_UNKNOWN', { job: 'none' }],
    ['jobs.preview', { id: 'none', on: true }, 'JOB_UNKNOWN', { job: 'none' }],
    ['inversions.get', { id: '0'.repeat(64) }, 'INVERSION_UNKNOWN', { inversion: '0'.repeat(64) }],
    ['images.get', { image }, 'IMAGE_UNKNOWN', { image }],
    ['images.put', { data: 'AAAA' }, 'PICTURE_UNREADABLE', { picture: 'image' }],
    ['generate', { model: 'huge', prompt: 'a cat' }, 'MODEL_UNKNOWN', { name: 'huge' }],
    ['hello', { token: '0'.repeat(64), protocol: 2 }, 'PROTOCOL_UNSUPPORTED', { version: 1 }],
  ])('of %s are refused (%#)', async (method, params, code, facts) => {
    const { error } = await client.call(method, params);
    expect(error).toMatchObject({ data: { code, facts } });
    expect(error?.code).toBeGreaterThanOrEqual(1000);
  });

  it.each(['nothing', 'constructor', '__proto__', 'toString', 'rpc.'])(
    'method %s is -32601, and where to look instead',
    async (method) => {
      const { error } = await client.call(method);
      expect(error?.code).toBe(-32601);
      expect(error?.message).toBe(`There is no method "${method}". rpc.discover lists what can be called.`);
    },
  );
});

describe('answers', () => {
  it('to faults of ours have an id for the log, and nothing else', async () => {
    const { error } = await client.call('models.load', { model: 'tiny' });
    expect(error).toMatchObject({ code: -32603, data: { code: 'INTERNAL' } });
    expect(JSON.stringify(error)).not.toMatch(/secret|ENOENT|home/);
    const logId = String(error?.data?.logId);
    expect(error?.data?.facts).toEqual({ logId });
    expect(error?.message).toContain(logId);
    expect(server.logged.some((line) => line.includes(logId) && line.includes('ENOENT'))).toBe(true);
  });

  it('to jobs that failed name no folders', async () => {
    const { result } = await client.call('generate', { model: 'tiny', prompt: 'a cat' });
    const { id } = (result as unknown as { job: { id: string } }).job;
    const notified: string[] = [];
    client.socket.on('message', (data: Buffer) => notified.push(data.toString()));
    const { code, sentence } = writeError(
      '/home/somebody/my pictures/x.png',
      new Error('EIO, /home/somebody'),
    );
    server.jobs.move(id, { state: 'failed', finishedAt: 1, error: { code, sentence } });
    const { job } = (await client.call('jobs.get', { id })).result as unknown as { job: JobRecord };
    expect(job.error).toEqual({
      code: 'WRITE_FAILED',
      message: 'Cannot write x.png. Check that the folder exists and that you may write to it.',
      facts: { file: 'x.png' },
    });
    const told = notified.filter((text) => text.includes('job.changed')).join();
    expect(told).toContain('WRITE_FAILED');
    expect(told).not.toMatch(/somebody|my pictures/);
  });

  it('to a batch are an array, without one for notifications', async () => {
    const batch = [
      { jsonrpc: '2.0', id: 'a', method: 'models.list' },
      { jsonrpc: '2.0', method: 'models.list' },
      { jsonrpc: '2.0', id: 'b', method: 'nothing' },
      5,
    ];
    const answers = await client.ask(JSON.stringify(batch));
    expect(answers).toMatchObject([
      { id: 'a', result: { models: [{ name: 'tiny', loaded: false }] } },
      { id: 'b', error: { code: -32601 } },
      { id: null, error: { code: -32600 } },
    ]);
    expect(await client.ask(`[${JSON.stringify(batch[0])}]`)).toHaveLength(1);
  });

  it('to notifications alone are none', async () => {
    client.socket.send(JSON.stringify({ jsonrpc: '2.0', method: 'models.list' }));
    client.socket.send(JSON.stringify([{ jsonrpc: '2.0', method: 'nothing' }]));
    expect((await client.call('models.list')).error).toBeUndefined();
  });

  it('keep prompts and pictures out of the log', async () => {
    await client.call('generate', { model: 'tiny', prompt: 'my secret garden' });
    const data = (await picture(20, 20)).toString('base64');
    await client.call('images.put', { data });
    const log = server.logged.join('');
    expect(log).not.toContain('garden');
    expect(log).not.toContain(data);
    expect(log).not.toContain(server.token);
  });
});

describe('a client', () => {
  it('is paired with the code that the daemon shows, and sees only its own jobs', async () => {
    const plugin = await RawClient.open(server.url, { origin: 'null' });
    if (typeof plugin === 'number') throw new Error('refused');
    const asked = await plugin.call('pair.request', { name: 'Figma' });
    const { pairing } = asked.result as unknown as { pairing: string };
    const shown = server.pairings.at(-1);
    expect(shown).toMatchObject({ name: 'Figma', code: expect.stringMatching(/^\d{6}$/) });
    expect(JSON.stringify(asked)).not.toContain(shown!.code);
    const { result } = await plugin.call('pair.confirm', { pairing, code: shown!.code });
    const { token } = result as unknown as { token: string };
    expect((await plugin.call('hello', { token, protocol: 1 })).error).toBeUndefined();

    const own = await plugin.call('generate', { model: 'tiny', prompt: 'a cat' });
    const others = await client.call('generate', { model: 'tiny', prompt: 'a dog' });
    const idOf = ({ result }: typeof own) => (result as unknown as { job: { id: string } }).job.id;
    const listed = (await plugin.call('jobs.list')).result as unknown as { jobs: { id: string }[] };
    expect(listed.jobs.map(({ id }) => id)).toEqual([idOf(own)]);
    expect((await plugin.call('jobs.get', { id: idOf(others) })).error?.data?.code).toBe('JOB_UNKNOWN');
    expect((await plugin.call('jobs.cancel', { id: idOf(others) })).error?.data?.code).toBe('JOB_UNKNOWN');
    expect((await client.call('jobs.get', { id: idOf(own) })).error).toBeUndefined();
    expect((await plugin.call('clients.list')).error?.data?.code).toBe('NOT_AUTHORISED');
    plugin.socket.close();
  });

  it('that opens the printed link once is the owner, and sees the code of a pairing', async () => {
    const page = await RawClient.open(server.url, { origin: `http://127.0.0.1:${server.port}` });
    if (typeof page === 'number') throw new Error('refused');
    const launch = { code: server.pairing.launchCodes.make(), name: 'Palimpsest page' };
    const { result } = await page.call('pair.launch', launch);
    expect((await page.call('pair.launch', launch)).error?.data?.code).toBe('PAIRING_FAILED');
    const { token } = result as unknown as { token: string };
    await page.call('hello', { token, protocol: 1 });
    void server.pairing.request('Photopea');
    expect(JSON.parse(String(await page.next()))).toMatchObject({
      method: 'pair.changed',
      params: { pending: { name: 'Photopea', origin: 'program', code: server.pairing.pending?.code } },
    });
    expect((await page.call('pair.pending')).result).toMatchObject({ pending: { name: 'Photopea' } });
    page.socket.close();
  });

  it.each([
    ...['9007199254740993', '9007199254740993.5', '-1764310000123456789', '1.5', '1e3', '1.0'],
    ...['"\\u0000123456789012345678"', '"\\u0061"', '"\\"id\\":7"'],
  ])('gets its answer with the id %s, to the letter', async (id) => {
    const asking = await RawClient.greet(server);
    const one = `{"jsonrpc":"2.0","method":"models.list", "params":{}, "\\u0069d" : ${id} }`;
    for (const text of [
      one,
      one.replace('models.list', 'models.lost'),
      one.replace('{}', '{"id":7,"a":1}'),
    ]) {
      asking.socket.send(text);
      expect(String(await asking.next())).toSatisfy(answers(id));
      asking.socket.send(`[${text},{"jsonrpc":"2.0","method":"models.list","id":"another"}]`);
      const both = String(await asking.next());
      expect(both.slice(1)).toSatisfy(answers(id));
      expect(JSON.parse(both)[1].id).toBe('another');
    }
    asking.socket.close();
  });

  it('hears of the places of its own jobs now and then, and the owner of none of them', async () => {
    const quick = await testServer({ moves: 50 });
    const { token, client: info } = await quick.clients.grant('Figma', 'client');
    const plugin = await RawClient.greet({ ...quick, token });
    const owner = await RawClient.greet(quick);
    const { result } = await plugin.call('generate', { model: 'tiny', prompt: 'a cat' });
    const { id, owner: by } = (result as unknown as { job: { id: string; owner: string } }).job;
    expect(by).toBe(info.id);
    for (let position = 500; position > 0; position--) quick.jobs.move(id, { position });
    quick.jobs.move(id, { state: 'running' });
    const other = await plugin.call('generate', { model: 'tiny', prompt: 'a dog' });
    const { job: next } = other.result as unknown as { job: { id: string } };
    quick.jobs.move(next.id, { position: 7 });
    const heard = async (
      client: RawClient,
      until: (job: { state: string; position?: number }) => boolean,
    ) => {
      const states: string[] = [];
      for (;;) {
        const { method, params } = JSON.parse(String(await client.next()));
        if (method !== 'job.changed') continue;
        states.push(params.job.position ?? params.job.state);
        if (until(params.job)) return states;
      }
    };
    // What came before the answers is read by then.
    expect(await heard(plugin, ({ position }) => position === 7)).toEqual([7]);
    quick.jobs.move(next.id, { state: 'running', position: 0 });
    expect(await heard(owner, ({ position }) => position === 0)).toEqual(['queued', 1, 'queued', 0]);
    await quick.close();
  });

  it('that leaves takes back what nobody waits for any more', async () => {
    let gone: AbortSignal | undefined;
    const maps = vi.spyOn(server.backend.engine, 'attentionMaps');
    maps.mockImplementationOnce((_, signal) => {
      gone = signal;
      return new Promise((_, reject) => signal!.addEventListener('abort', reject));
    });
    const impatient = await RawClient.greet(server);
    void impatient.call('inversions.attention', { model: 'tiny', image, prompt: 'a dog' }).catch(() => {});
    await vi.waitFor(() => expect(gone?.aborted).toBe(false));
    impatient.socket.terminate();
    await vi.waitFor(() => expect(gone?.aborted).toBe(true));
    maps.mockRestore();
  });
});

/** Whether it has this id, as it was written. */
const answers = (id: string) => (text: string) => text.startsWith(`{"jsonrpc":"2.0","id":${id},`);
