/** What is told before a job starts. */

import {
  EditOptions,
  GenerateOptions,
  InversionOptions,
  type Notice,
  type NoticeCode,
  StyleOptions,
} from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import { worded } from '../../daemon/src/cli/noticeWords.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import type { Job } from '../../daemon/src/jobs/job.ts';
import { noticesOf } from '../../daemon/src/jobs/notices.ts';
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
  work: {
    ...{ picture, source, target },
    edit: EditOptions.parse(options),
    inversion: InversionOptions.parse(inversion),
  },
});
const invert = (prompt: string, options: Partial<InversionOptions> = {}): Job => ({
  kind: 'invert',
  work: { picture, prompt, options: InversionOptions.parse(options) },
});
const style = (source: string, styleSource: string, steps = 30): Job => ({
  kind: 'style',
  work: {
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
    { ...one, work: { ...one.work, picture: deep } },
    { ...other, work: { ...other.work, content: deep } },
  ];
};
const generate = (prompt: string, options: Partial<GenerateOptions> = {}): Job => ({
  kind: 'generate',
  work: { prompt, options: GenerateOptions.parse(options) },
});
const notices = (job: Job) =>
  noticesOf(model, job)
    .map(({ text }) => text)
    .join('\n');

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
  const told = (prompt: string) => noticesOf(model, generate(prompt));

  it.each<[string, NoticeCode, RegExp, Notice['facts']]>([
    ['a (star:1.3) there', 'SYNTAX_STRENGTH', /"star" would count 1.3 times/, { words: 'star', factor: 1.3 }],
    ['a (red star: 0.8)', 'SYNTAX_STRENGTH', /count 0.8 times/, { words: 'red star', factor: 0.8 }],
    ['a (star)', 'SYNTAX_STRENGTH', /count 1.1 times/, { part: '(star)', words: 'star', factor: 1.1 }],
    ['a ((star)) there', 'SYNTAX_STRENGTH', /count 1.21 times/, { words: 'star', factor: 1.21 }],
    ['a [star] there', 'SYNTAX_STRENGTH', /count 0.91 times/, { words: 'star', factor: 0.91 }],
    ['a {star} there', 'SYNTAX_STRENGTH', /"star" would count 1.05 times/, { part: '{star}', words: 'star' }],
    ['a {{red star}}', 'SYNTAX_STRENGTH', /count 1.1 times/, { words: 'red star', factor: 1.1 }],
    ['a star++ there', 'SYNTAX_STRENGTH', /"star" would count 1.21 times/, { part: 'star++', factor: 1.21 }],
    ['a star--', 'SYNTAX_STRENGTH', /count 0.81 times/, { words: 'star', factor: 0.81 }],
    ['a (red star)++, sky', 'SYNTAX_STRENGTH', /count 1.21 times/, { words: 'red star', factor: 1.21 }],
    ['a __color__ star', 'SYNTAX_WILDCARD', /drawn by lot/, { part: '__color__' }],
    ['a {red|blue} star', 'SYNTAX_WILDCARD', /drawn by lot/, { part: '{red|blue}' }],
    ['a [ball:star:0.5]', 'SYNTAX_SCHEDULE', /turn "ball" into "star" after 50 % of the steps/, {}],
    ['a [star:12]', 'SYNTAX_SCHEDULE', /add "star" after step 12/, {}],
    ['a [star::0.25]', 'SYNTAX_SCHEDULE', /drop "star" after 25 %/, {}],
    ['a [cat|dog] there', 'SYNTAX_ALTERNATION', /"cat" and "dog" would take turns/, { part: '[cat|dog]' }],
    ['a cat AND a dog', 'SYNTAX_KEYWORD', /several prompts at once/, { part: 'AND' }],
    ['a cat BREAK a dog', 'SYNTAX_KEYWORD', /a new part of a long prompt/, { part: 'BREAK' }],
    ['a <lora:ink:0.8>', 'SYNTAX_LORA', /merged into the model/, { name: 'ink', strength: 0.8 }],
    ['a <LORA:ink>', 'SYNTAX_LORA', /merged into the model/, { name: 'ink', strength: 1 }],
    ['a <lyco:ink:1>', 'SYNTAX_LORA', /LyCORIS is taken where it is a plain LoRA/, { name: 'ink' }],
    ['a <hypernet:ink:1>', 'SYNTAX_NETWORK', /Hypernetworks cannot be used/, {}],
    ['a cat, embedding:ink', 'SYNTAX_EMBEDDING', /textual inversion/, { part: 'embedding:ink' }],
    ['a <cat-toy>', 'SYNTAX_EMBEDDING', /textual inversion/, { part: '<cat-toy>' }],
    ['ugly, EasyNegative, blurry', 'SYNTAX_EMBEDDING', /textual inversion/, { part: 'EasyNegative' }],
  ])('is explained as what it is: %s', (prompt, code, why, facts) => {
    expect(told(prompt)).toEqual([
      { code, facts: expect.objectContaining(facts), text: expect.stringMatching(why) },
    ]);
  });

  it.each(['a (star:1.3) in the sky', 'a star <lora:ink:0.8>'])('is seen in every prompt: %s', (prompt) => {
    const jobs = [
      edit({ target: prompt }),
      edit({ source: prompt, target: `${prompt}, again` }),
      invert(prompt),
      generate(prompt),
      style('a dog', prompt),
      generate('a dog', { negativePrompt: prompt }),
    ];
    for (const job of jobs) {
      expect(noticesOf(model, job).map(({ code }) => code)).toEqual([told(prompt)[0]!.code]);
    }
  });

  it.each([
    'a dog: brown',
    'at 12:30',
    'a <3 for dogs',
    'A DOG AND A CAT',
    'a dog :)',
    'a \\(dog\\)',
    'R[2]',
    'a C++ book',
    'a star--bright and far',
    'a well-known star - far away',
    'my_file_name',
  ])('is not seen in %j', (prompt) => {
    expect(told(prompt)).toEqual([]);
  });
});

describe('letters of another alphabet among Latin ones', () => {
  it.each([
    ['a сat', { word: 'сat', meant: 'cat', letters: 'с' }, 'Cyrillic'],
    [
      'a саt, a dog',
      { word: 'саt', meant: 'cat', letters: 'са' },
      '"с" (U+0441, Cyrillic), "а" (U+0430, Cyrillic)',
    ],
    ['a dοg', { word: 'dοg', meant: 'dog', letters: 'ο' }, '"ο" (U+03BF, Greek)'],
  ])('are told of: %s', (prompt, facts, letters) => {
    const [notice, ...others] = noticesOf(model, generate(prompt));
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ code: 'ALPHABETS_MIXED', facts });
    expect(notice!.text).toContain(letters);
  });

  it.each(['a кот and a cat', 'α-carotene, 5 μm, 3 kΩ', 'γάτα', 'naïve Straße'])(
    'are not in %j',
    (prompt) => {
      expect(noticesOf(model, generate(prompt))).toEqual([]);
    },
  );
});

it('a notice names no control of the command line; that does so itself', () => {
  const jobs = [edit({ target: 'a dog' }), edit({ target: 'a (star:1.3) <lora:ink:0.8>' })];
  const found = [...jobs, invert('a dog', { steps: 2 })].flatMap((job) => noticesOf(model, job));
  expect(found.map(({ code }) => code)).toEqual([
    ...['PROMPTS_EQUAL', 'SYNTAX_STRENGTH', 'SYNTAX_LORA', 'STEPS_FEW'],
  ]);
  for (const { text } of found) expect(text).not.toContain('--');
  const options = ['--weight WORD=FACTOR', '--weight "star=1.3"', '--lora ink.safetensors:0.8', '--steps 30'];
  for (const [i, notice] of found.entries()) expect(worded(notice)).toContain(options[i]);
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
      work: { ...job.work, picture: { ...picture, alpha: new Uint8Array(64).fill(alpha) } },
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
    const work = { ...job.work, style: { ...picture, isDeep: true } };
    expect(notices({ ...job, work })).toBe('');
  });
});

describe('a file of several pictures', () => {
  const moving = { ...picture, frames: 12 };

  it('is told of, whatever becomes of its first', () => {
    for (const job of [edit({}), invert('a dog')] as const) {
      if (job.kind !== 'edit' && job.kind !== 'invert') throw new Error('Another job was made.');
      const work = { ...job.work, picture: moving };
      expect(noticesOf(model, { ...job, work } as Job)).toMatchObject([
        { code: 'PICTURE_FRAMES', facts: { frames: 12 }, text: expect.stringContaining('Only the first') },
      ]);
    }
  });
});

describe('a size between those of the model', () => {
  it('is told of, with the one that is worked at', () => {
    for (const job of [edit({ inversion: { size: 100 } }), invert('a dog', { size: 100 })]) {
      const [notice, ...others] = noticesOf(model, job);
      expect(others).toEqual([]);
      const facts = { size: 100, width: 128, height: 128, better: 128 };
      expect(notice).toMatchObject({ code: 'SIZE_UNEVEN', facts });
      expect(notice!.text).toContain('worked on at 128 x 128');
      expect(worded(notice!)).toContain('--size 128');
    }
  });

  it('is not where it is one of them', () => {
    expect(notices(edit({ inversion: { size: 128 } }))).toBe('');
    expect(notices(edit({}))).toBe('');
  });
});
