/** What is told before a job starts. */

import { EditOptions, GenerateOptions, InversionOptions, StyleOptions } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import type { Job } from '../../daemon/src/jobs/job.ts';
import { noticesOf } from '../../daemon/src/jobs/notices.ts';
import { Networks } from '../../daemon/src/models/networks.ts';
import { StableDiffusion } from '../../daemon/src/models/stableDiffusion.ts';
import { MODEL } from '../golden.ts';

const model = new StableDiffusion(MODEL, new Networks(null));
const picture = { width: 8, height: 8, rgb: new Uint8Array(3 * 64) };

interface Asked {
  readonly source?: string;
  readonly target?: string;
  readonly edit?: Partial<EditOptions>;
  readonly inversion?: Partial<InversionOptions>;
}
const edit = ({ source = 'a dog', target = 'a cat', edit: options = {}, inversion = {} }: Asked): Job => ({
  kind: 'edit',
  request: {
    ...{ picture, source, target },
    edit: EditOptions.parse(options),
    inversion: InversionOptions.parse(inversion),
  },
});
const invert = (prompt: string, options: Partial<InversionOptions> = {}): Job => ({
  kind: 'invert',
  request: { picture, prompt, options: InversionOptions.parse(options) },
});
const style = (source: string, styleSource: string, steps = 30): Job => ({
  kind: 'style',
  request: {
    ...{ content: picture, style: picture, source, styleSource },
    inversion: InversionOptions.parse({ steps }),
    options: StyleOptions.parse({}),
  },
});
/** An edit, and a style transfer, of a picture whose file has more bits than are kept. */
const ofDeep = (): Job[] => {
  const deep = { ...picture, isDeep: true };
  const [one, other] = [edit({}), style('a dog', 'a painting')];
  if (one.kind !== 'edit' || other.kind !== 'style') throw new Error('Other jobs were made.');
  return [
    { ...one, request: { ...one.request, picture: deep } },
    { ...other, request: { ...other.request, content: deep } },
  ];
};
const generate = (prompt: string, options: Partial<GenerateOptions> = {}): Job => ({
  kind: 'generate',
  prompt,
  options: GenerateOptions.parse(options),
});
const notices = (job: Job) => noticesOf(model, job).join('\n');

describe('steps', () => {
  it.each([10, 20, 30, 50, 100, 250, 333, 500])('%d reach noise enough, and nothing is said', (steps) => {
    expect(notices(edit({ inversion: { steps } }))).toBe('');
  });

  it.each([
    [1, 'A single step would start at timestep 1 of 1000'],
    [2, '2 steps are few: they start at timestep 501 of 1000'],
    [9, '9 steps are few: they start at timestep 889 of 1000'],
    [334, '334 steps start at timestep 667 of 1000'],
    [334, '333 steps start at timestep 997'],
    [143, '142 steps start at timestep 988'],
  ])('%d are told of with the reason: %s', (steps, reason) => {
    const jobs = [
      edit({ inversion: { steps } }),
      invert('a dog', { steps }),
      style('a dog', 'a watercolor', steps),
      generate('a dog', { steps }),
    ];
    for (const job of jobs) expect(notices(job), job.kind).toContain(reason);
  });

  it('that are named as better are better, whatever was asked for', () => {
    const startOf = (steps: number) => model.schedule.timesteps(steps)[0]!;
    for (let steps = 10; steps <= 500; steps++) {
      const [, better] =
        / (\d+) steps start at timestep \d+, and/.exec(notices(generate('a dog', { steps }))) ?? [];
      if (better === undefined) expect(startOf(steps), `${steps}`).toBeGreaterThanOrEqual(900);
      else {
        expect(Number(better)).toBeLessThan(steps);
        expect(startOf(Number(better)), `${better} in place of ${steps}`).toBeGreaterThanOrEqual(900);
      }
    }
  });
});

describe('prompts that say the same', () => {
  it.each([
    ['a dog', 'a dog'],
    ['a dog', 'A  Dog'],
    ['', ''],
  ])('are told of: %j and %j', (source, target) => {
    expect(notices(edit({ source, target }))).toContain('Both prompts say the same');
  });

  it('are not where a word has a strength, or the editor draws anew by itself', () => {
    const source = 'a dog';
    const weighted = (weight: number) =>
      edit({ source, target: source, edit: { weights: [{ word: 'dog', weight }] } });
    expect(notices(weighted(2))).toBe('');
    expect(notices(weighted(1))).toContain('Both prompts say the same');
    expect(notices(edit({ source, target: source, edit: { editor: 'sdedit' } }))).toBe('');
  });
});

describe("other programs' syntax", () => {
  it.each(['a (star:1.3) in the sky', 'a (red star: 0.8)', 'a ((star)) in the sky', 'a [star] in the sky'])(
    'of strengths is told of: %s',
    (prompt) => {
      const jobs = [
        edit({ target: prompt }),
        edit({ source: prompt }),
        invert(prompt),
        generate(prompt),
        style('a dog', prompt),
      ];
      for (const job of jobs) expect(notices(job), job.kind).toContain('--weight');
      expect(notices(generate('a dog', { negativePrompt: prompt }))).toContain('--weight');
    },
  );

  it.each(['a star <lora:ink:0.8>', 'a star <lyco:ink>', '<LORA:ink:1> a star'])(
    'of LoRAs is told of: %s',
    (prompt) => {
      expect(notices(edit({ target: prompt }))).toContain('--lora');
      expect(notices(edit({ target: prompt }))).not.toContain('--weight');
    },
  );

  it.each(['a dog (small)', 'a dog: brown', 'at 12:30 (noon)', 'a <3 for dogs'])(
    'is not seen in %j',
    (target) => {
      expect(notices(edit({ target }))).toBe('');
    },
  );
});

describe('null-text inversion', () => {
  it('is told of at guidance 1, where it learns nothing', () => {
    const options = { method: 'nullText', guidance: 1 } as const;
    expect(notices(invert('a dog', options))).toContain('nothing to learn');
    expect(notices(edit({ inversion: options }))).toContain('nothing to learn');
    expect(notices(edit({ inversion: { ...options, guidance: 7.5 } }))).toBe('');
    expect(notices(edit({ inversion: { guidance: 1 } }))).toBe('');
  });
});

describe('a picture', () => {
  const veiled = (alpha: number): Job => {
    const job = invert('a dog') as Extract<Job, { kind: 'invert' }>;
    return {
      ...job,
      request: { ...job.request, picture: { ...picture, alpha: new Uint8Array(64).fill(alpha) } },
    };
  };

  it('of which nothing is visible is told of', () => {
    expect(notices(veiled(0))).toContain('transparent everywhere');
  });

  it('of which little is visible is not', () => {
    expect(notices(veiled(1))).toBe('');
  });
});

describe('a picture with more than 8 bits a channel', () => {
  it('is told of where it comes back changed', () => {
    for (const job of ofDeep()) expect(notices(job)).toMatch(/more than 8 bits.*result has 8/);
    expect(notices(edit({}))).toBe('');
  });

  it('is not told of where only its style is taken', () => {
    const job = style('a dog', 'a painting');
    if (job.kind !== 'style') throw new Error('Another job was made.');
    const request = { ...job.request, style: { ...picture, isDeep: true } };
    expect(notices({ ...job, request })).toBe('');
  });
});
