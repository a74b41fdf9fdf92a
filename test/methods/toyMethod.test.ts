/** A method is added by its two files and a line in each of two tables: everything that lists methods knows it then. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  EditOptions,
  type EditorName,
  type InversionName,
  InversionOptions,
  lackOf,
  METHODS,
  type OptionName,
  openRpcDocument,
} from '@palimpsest/protocol';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { editCommand } from '../../daemon/src/cli/edit.ts';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { decodePicture } from '../../daemon/src/imaging/picture.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { InversionStore } from '../../daemon/src/store/inversionStore.ts';
import { methodsDocument } from '../../models/demo/methods/document.ts';
import { readResults } from '../../models/demo/methods/results.ts';
import { optionFields } from '../../plugins/panel/src/model/optionFields.ts';
import { inProcess } from '../cli/inProcess.ts';
import { GOLDEN, MODEL } from '../golden.ts';
import { given } from './toy/done.ts';

// The line in each table.
vi.mock('../../protocol/src/methods/inversions/index.ts', async (original) => {
  const { toyWalk } = await import('./toy/declared.ts');
  const table = await original<{ INVERSION_METHODS: object }>();
  return { ...table, INVERSION_METHODS: { ...table.INVERSION_METHODS, toyWalk } };
});
vi.mock('../../protocol/src/methods/editors/index.ts', async (original) => {
  const { toyBrush } = await import('./toy/declared.ts');
  const table = await original<{ EDIT_METHODS: object }>();
  return { ...table, EDIT_METHODS: { ...table.EDIT_METHODS, toyBrush } };
});
// Functions beside these tables read them, too.
vi.mock('../../daemon/src/methods/inversions.ts', async (original) => {
  const { TOY_WALK } = await import('./toy/done.ts');
  const table = await original<{ INVERSIONS: object }>();
  Object.assign(table.INVERSIONS, { toyWalk: TOY_WALK });
  return table;
});
vi.mock('../../daemon/src/methods/editors.ts', async (original) => {
  const { TOY_BRUSH } = await import('./toy/done.ts');
  const table = await original<{ EDITORS: object }>();
  Object.assign(table.EDITORS, { toyBrush: TOY_BRUSH });
  return table;
});

const [walk, brush] = ['toyWalk' as InversionName, 'toyBrush' as EditorName];

describe('a method that was added', () => {
  it("is in the command line's help, with its options", () => {
    const help = editCommand().helpInformation().replaceAll(/\s+/g, ' ');
    expect(help).toMatch(/--method <choice> [^-]*"toyWalk"/);
    expect(help).toMatch(/--editor <choice> [^-]*"toyBrush"/);
    expect(help).toContain('--toy-depth <number> how deep the toy walks [toyWalk] (1 to 9, default: 4)');
    expect(help).toContain(
      '--toy-until <number> the part of the steps with the brush [toyBrush] (0 to 1, default: 0.25)',
    );
    expect(help).toContain(
      '--toy-colour <choice> what the brush paints with [toyBrush] (choices: "red", "blue")',
    );
  });

  it('is in OpenRPC', () => {
    const document = JSON.parse(JSON.stringify(openRpcDocument('0')));
    const { params } = document.methods.find(({ name }: { name: string }) => name === 'edits.create');
    const propertiesOf = (wanted: string) =>
      params.find(({ name }: { name: string }) => name === wanted).schema.properties;
    expect(propertiesOf('inversion').method.enum).toContain('toyWalk');
    expect(propertiesOf('inversion').toyDepth).toEqual({
      description: 'how deep the toy walks [toyWalk]',
      ...{ type: 'integer', minimum: 1, maximum: 9, default: 4 },
    });
    expect(propertiesOf('edit').editor.enum).toContain('toyBrush');
    expect(propertiesOf('edit').toyColour).toMatchObject({ enum: ['red', 'blue'] });
  });

  it("is in the panel's fields, which are there for it alone", () => {
    const field = (schema: typeof InversionOptions | typeof EditOptions, wanted: string) =>
      optionFields(schema).find(({ key }) => key === wanted);
    expect(field(InversionOptions, 'method')).toMatchObject({ choices: expect.arrayContaining(['toyWalk']) });
    expect(field(EditOptions, 'editor')).toMatchObject({ choices: expect.arrayContaining(['toyBrush']) });
    expect(field(InversionOptions, 'toyDepth')).toMatchObject({
      ...{ type: 'number', title: 'Depth of the toy', description: 'how deep the toy walks' },
      ...{ min: 1, max: 9, initial: 4 },
    });
    const lack = (name: string, method: InversionName, editor: EditorName) =>
      lackOf(name as OptionName, {
        inversion: InversionOptions.parse({ method }),
        edit: EditOptions.parse({ editor }),
      });
    expect(lack('toyDepth', walk, 'p2plus')).toBeNull();
    expect(lack('toyDepth', 'ddim', brush)).toBe('inversion');
    expect(lack('toyUntil', 'ddim', brush)).toBeNull();
    expect(lack('toyUntil', walk, 'p2plus')).toBe('editor');
    expect(lack('tauS', walk, brush)).toBe('editor');
  });

  it('is in the generated document', () => {
    const document = methodsDocument(readResults());
    expect(document).toContain('### `toyWalk`: Toy walk\n\nWalks as DDIM does, and says how.');
    expect(document).toContain('- an edit also takes: `--guidance`, `--toy-depth`\n- Nobody: A Walk, 2020');
    expect(document).toContain('### `toyBrush`: Toy brush\n\nLeaves the picture as it is.');
    expect(document).toContain('- gates: `--toy-until`; other options: `--toy-colour`');
  });

  it('has options that others are refused with, on the wire and on the command line', async () => {
    const image = `sha256:${'0'.repeat(64)}`;
    const common = { model: 'm', image, source: 'a dog', target: 'a cat' };
    const refused = (more: object) =>
      METHODS['edits.create'].params
        .safeParse({ ...common, ...more })
        .error?.issues.map(({ path, message }) => [path.join('.'), message]);
    expect(refused({ inversion: { method: 'toyWalk', toyDepth: 2 }, edit: { editor: 'toyBrush' } })).toBe(
      undefined,
    );
    expect(refused({ edit: { toyColour: 'red' } })).toEqual([
      ['edit.toyColour', 'P2Plus does not heed it: leave it out, or choose the editor toyBrush'],
    ]);
    expect(refused({ inversion: { method: 'toyWalk', learn: 'keys' } })).toEqual([
      ['inversion.learn', 'Toy walk does not heed it: leave it out, or choose the method styleDiffusion'],
    ]);
    const { status, stdout } = await inProcess(
      ...[tmpdir(), 'edit', join(GOLDEN, 'image.png'), '--model', MODEL, '--from', 'a dog', '--to', 'a cat'],
      ...['--out', join(tmpdir(), 'never.png'), '--json', '--toy-depth', '2'],
    );
    expect(status).toBe(2);
    expect(JSON.parse(stdout).error.message).toMatch(/^--toy-depth: StyleDiffusion does not heed it/);
  });
});

describe('an edit by it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'palimpsest-toy-'));
  const networks = new Networks(null);
  afterAll(async () => {
    await networks.dispose();
    rmSync(folder, { recursive: true });
  });

  it('gives it its own options with their defaults, and no others', async () => {
    const store = new InversionStore(folder);
    await editPicture(new StableDiffusion(MODEL, networks), store, {
      picture: await decodePicture(join(GOLDEN, 'image.png')),
      source: 'a dog',
      target: 'a cat',
      inversion: InversionOptions.parse({ method: walk, steps: 2, recipe: 'paper' }),
      edit: EditOptions.parse({ editor: brush, toyColour: 'blue', tauS: 0.1 }),
    });
    expect(given).toEqual({
      inversion: { method: 'toyWalk', steps: 2, guidance: 7.5, seed: 0, toyDepth: 4 },
      edit: { editor: 'toyBrush', toyUntil: 0.25, toyColour: 'blue' },
    });
  });
});
