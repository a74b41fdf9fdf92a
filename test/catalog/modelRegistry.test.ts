/** Models by name: what is installed, and nothing else. */

import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ModelRegistry } from '../../daemon/src/catalog/modelRegistry.ts';
import { MODEL } from '../golden.ts';

const root = mkdtempSync(join(tmpdir(), 'palimpsest-registry-'));
const [first, second] = [join(root, 'first'), join(root, 'second')];

const makeModel = (folder: string): void => cpSync(MODEL, folder, { recursive: true });

beforeAll(() => {
  makeModel(join(first, 'sd-1.5'));
  makeModel(join(second, 'sd-1.5'));
  makeModel(join(second, 'Anything v3'));
  makeModel(join(second, '.hidden'));
  mkdirSync(join(second, 'pictures'));
  mkdirSync(join(second, 'only-unet/unet'), { recursive: true });
  writeFileSync(join(second, 'only-unet/unet/config.json'), '{}');
});
afterAll(() => rmSync(root, { recursive: true }));

const registry = new ModelRegistry({
  directories: [first, second, join(root, 'missing')],
  models: { demo: { folder: MODEL, imageEncoder: join(MODEL, 'image_encoder') } },
});

describe('the models that are installed', () => {
  it('are those that are named, and the model folders in the directories', () => {
    expect(registry.list().map(({ name }) => name)).toEqual(['demo', 'sd-1.5', 'Anything v3']);
  });

  it('come before one that is for where there is no other', () => {
    const last = new ModelRegistry({
      directories: [first, second],
      models: { demo: { folder: MODEL, caution: 'It spoils photographs.' } },
    });
    expect(last.list().map(({ name }) => name)).toEqual(['sd-1.5', 'Anything v3', 'demo']);
  });

  it('do not include one that lacks a part, and say which', () => {
    expect(() => registry.find('only-unet')).toThrow(
      expect.objectContaining({
        code: 'MODEL_UNKNOWN',
        message: expect.stringMatching(/^"only-unet" cannot be used: .+/),
      }),
    );
  });

  it('are found by name, in the first directory that has one', () => {
    expect(registry.find('sd-1.5')).toEqual({ folder: join(first, 'sd-1.5') });
    expect(registry.find('demo').imageEncoder).toContain('image_encoder');
  });

  it.each(['../first/sd-1.5', first, '.hidden', 'pictures', '', '__proto__', 'constructor'])(
    'do not include %j',
    (name) => {
      expect(() => registry.find(name)).toThrow(
        expect.objectContaining({ code: 'MODEL_UNKNOWN', message: expect.stringContaining('demo, sd-1.5') }),
      );
    },
  );

  it('are known by their folder too, however it is written', () => {
    expect(registry.nameOf(join(second, 'pictures', '..', 'Anything v3'))).toBe('Anything v3');
    // The second of that name is not the one that the name means, and demo has an image encoder of its own.
    for (const folder of [join(second, 'sd-1.5'), join(root, 'missing'), MODEL])
      expect(registry.nameOf(folder)).toBeNull();
  });
});
