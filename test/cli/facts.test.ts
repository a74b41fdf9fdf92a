/** What `--json` tells of an error: values by name, such as ids, numbers and flags as they are written, and no sentences. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { requireBuiltIn } from '../../daemon/src/execution/devices.ts';
import { GOLDEN, MODEL } from '../golden.ts';
import { inProcess } from './inProcess.ts';

const folder = mkdtempSync(join(tmpdir(), 'palimpsest-facts-'));
afterAll(() => rmSync(folder, { recursive: true }));

const out = join(folder, 'out.png');
const from = ['--from', 'a dog', '--to', 'a tiger'];
const needed = [join(GOLDEN, 'image.png'), '--model', MODEL, ...from, '--out', out];

async function errorOf(...args: string[]) {
  const { stdout } = await inProcess(folder, ...args, '--json');
  return JSON.parse(stdout).error;
}

describe('the facts of a refused command line', () => {
  it.each([
    [['--steps', '501'], { flag: '--steps', type: 'integer', least: 1, most: 500 }],
    [['--tau-s', 'much'], { flag: '--tau-s', type: 'number', least: 0, most: 1 }],
    [['--weight', 'tiger=99'], { flag: '--weight', type: 'number', least: -20, most: 20 }],
    [['--weight', 'tiger'], { flag: '--weight', given: 'tiger' }],
    [['--threads', '0'], { flag: '--threads', given: '0', least: 1 }],
    [['--feather', '20'], { flag: '--feather', option: 'feather', needs: 'edge' }],
    [
      ['--mode', 'instant', '--inner-steps', '5'],
      {
        ...{ flag: '--inner-steps', option: 'innerSteps', needs: 'inversion' },
        ...{ method: 'direct', choices: ['styleDiffusion', 'nullText'] },
      },
    ],
    [
      ['--method', 'ddim', '--no-attention-loss'],
      {
        ...{ flag: '--no-attention-loss', option: 'attentionLoss', needs: 'inversion' },
        ...{ method: 'ddim', choices: ['styleDiffusion', 'nullText'] },
      },
    ],
    [
      ['--method', 'proximal', '--editor', 'sdedit'],
      {
        ...{ editor: 'sdedit', inversion: 'proximal' },
        choices: ['styleDiffusion', 'nullText', 'direct', 'negativePrompt', 'ddim', 'regularized'],
      },
    ],
    [['--vae', ''], { flag: '--vae' }],
    [['--unheard-of'], { fault: 'unknownOption', flag: '--unheard-of' }],
    [['--mode', 'slow'], { fault: 'invalidArgument', flag: '--mode' }],
    [['another.png'], { fault: 'excessArguments', command: 'edit' }],
  ])('%j', async (given, facts) => {
    expect((await errorOf('edit', ...needed, ...given)).facts).toEqual(facts);
  });

  it('that lacks something, or names no command', async () => {
    const { stdout } = await inProcess(folder, 'edit', ...needed, '--json', '--steps');
    expect(JSON.parse(stdout).error.facts).toEqual({ fault: 'optionMissingArgument', flag: '--steps' });
    expect((await errorOf('edit', ...needed.slice(0, -2))).facts).toEqual({
      fault: 'missingMandatoryOptionValue',
      flag: '--out',
    });
    expect((await errorOf('edit', ...needed.slice(1))).facts).toEqual({
      fault: 'missingArgument',
      argument: 'picture',
    });
    expect((await errorOf('paint')).facts).toEqual({ fault: 'unknownCommand', command: 'paint' });
  });

  it('that needs too much memory are numbers of bytes, and sizes in pixels', async () => {
    const asked = [
      '--size',
      '512',
      '--steps',
      '10',
      '--mode',
      'instant',
      '--memory-budget',
      '300MB',
      '--no-daemon',
    ];
    const { code, facts } = await errorOf('edit', ...needed, ...asked);
    expect(code).toBe('MEMORY_SHORT');
    const number = expect.any(Number);
    expect(facts).toEqual({
      ...{ side: 512, needed: number, weights: number, work: number, budget: 300e6 },
      ...(facts.smallerSide === undefined ? {} : { smallerSide: number, smallerNeeds: number }),
    });
    expect(facts.needed).toBeGreaterThan(300e6);
  });

  it('a device that the runtime was built without has a name', () => {
    const refused = (device: 'cuda' | 'coreml' | 'dml') => {
      try {
        return requireBuiltIn(device);
      } catch (error) {
        return (error as { facts: object }).facts;
      }
    };
    for (const device of ['cuda', 'coreml', 'dml'] as const) {
      const facts = refused(device);
      if (facts !== undefined)
        expect(facts).toMatchObject({ device, available: expect.arrayContaining(['cpu']) });
    }
  });

  it('of a setting of the environment are told, and whose it is', async () => {
    vi.stubEnv('PALIMPSEST_DEVICE', 'moon');
    try {
      expect((await errorOf('edit', ...needed)).facts).toMatchObject({
        key: 'device',
        choices: expect.arrayContaining(['auto', 'cpu']),
        source: 'PALIMPSEST_DEVICE',
      });
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
