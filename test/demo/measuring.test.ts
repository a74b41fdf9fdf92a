/** What was measured is kept scene by scene, and the tables say on how many scenes and how surely. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { CELLS, keyOf, STYLE_CELLS, styleKeyOf } from '../../models/demo/methods/cells.ts';
import { methodsDocument } from '../../models/demo/methods/document.ts';
import { type EditRecord, tasks } from '../../models/demo/methods/measure.ts';
import { resultsOf } from '../../models/demo/methods/results.ts';
import { meanOf, medianOf, shareOf } from '../../models/demo/methods/statistics.ts';
import { stylePairs } from '../../models/demo/methods/style.ts';
import { type SceneRecords, WorkFolder } from '../../models/demo/methods/workFolder.ts';

const parent = mkdtempSync(join(tmpdir(), 'palimpsest-measuring-'));
afterAll(() => rmSync(parent, { recursive: true }));

const CONDITIONS = { model: 'a', steps: 30, innerSteps: null };
const [FIRST, SECOND] = [keyOf(CELLS[0]!), keyOf(CELLS[1]!)];

const edit = (facts: Partial<EditRecord>): EditRecord => ({
  asked: true,
  right: true,
  structure: 0.1,
  psnrOutside: 20,
  ssimOutside: 0.8,
  inversionSeconds: 10,
  editSeconds: 1,
  ...facts,
});

describe('the statistics', () => {
  it("gives Wilson's interval of a share, which never leaves 0 to 1", () => {
    const eight = shareOf([...Array(8).fill(true), false, false]);
    expect(eight).toMatchObject({ value: 0.8, count: 10 });
    expect(eight!.low).toBeCloseTo(0.4902, 4);
    expect(eight!.high).toBeCloseTo(0.9433, 4);
    const all = shareOf(Array(6).fill(true));
    expect(all!.high).toBe(1);
    expect(all!.low).toBeCloseTo(0.6097, 4);
  });

  it('gives the normal interval of a mean, and the middle of a sample', () => {
    const mean = meanOf([1, 2, 3, 4])!;
    expect(mean.value).toBe(2.5);
    expect(mean.high - mean.value).toBeCloseTo(1.96 * (1.29099 / 2), 4);
    expect([medianOf([9, 1, 2]), medianOf([4, 1, 2, 90]), medianOf([])]).toEqual([2, 3, null]);
    expect([meanOf([]), shareOf([])]).toEqual([null, null]);
  });
});

describe('a work folder', () => {
  it('keeps what each scene has, for the next run', async () => {
    const folder = join(parent, 'kept');
    await WorkFolder.create(folder, CONDITIONS).write(3, { edits: { [FIRST]: edit({}) }, styles: {} });
    const again = WorkFolder.create(folder, CONDITIONS);
    expect(again.read(3).edits).toEqual({ [FIRST]: edit({}) });
    expect(again.read(4)).toEqual({ edits: {}, styles: {} });
    expect(again.readAll()).toHaveLength(1);
  });

  it('refuses figures of another model or of other settings', () => {
    const folder = join(parent, 'mixed');
    WorkFolder.create(folder, CONDITIONS);
    expect(() => WorkFolder.create(folder, { ...CONDITIONS, model: 'b' })).toThrow(/Name another folder/);
    expect(() => WorkFolder.create(folder, { ...CONDITIONS, steps: 20 })).toThrow(/Name another folder/);
  });

  it('takes no damaged file for an empty one', () => {
    const folder = join(parent, 'damaged');
    const work = WorkFolder.create(folder, CONDITIONS);
    writeFileSync(join(folder, 'scene-0000.json'), '{"edits":{"x":{}},"styles":{}}');
    expect(() => work.readAll()).toThrow();
  });
});

describe('the results', () => {
  const scenes: SceneRecords[] = [
    { edits: { [FIRST]: edit({ psnrOutside: null }), [SECOND]: edit({ psnrOutside: null }) }, styles: {} },
    { edits: { [FIRST]: edit({}), [SECOND]: edit({ asked: false, psnrOutside: 23 }) }, styles: {} },
    { edits: { [FIRST]: edit({}) }, styles: {} },
  ];
  const results = resultsOf(CONDITIONS, scenes);

  it('say for each row on how many scenes it was measured', () => {
    expect(results.cells[FIRST]).toMatchObject({ scenes: 3, asked: { value: 1 }, psnrOutside: { count: 2 } });
    expect(results.cells[SECOND]).toMatchObject({ scenes: 2, asked: { value: 0.5 } });
    expect(Object.keys(results.cells)).toEqual([FIRST, SECOND]);
    expect(methodsDocument(results)).toMatch(/\| styleDiffusion, p2p \| 2 \| 50 % \[/);
  });

  it('compare a row with the first on the scenes that both have', () => {
    expect(results.cells[FIRST]!.difference).toBeNull();
    expect(results.cells[SECOND]!.difference).toMatchObject({
      asked: { value: -0.5, count: 2 },
      psnrOutside: { value: 3, count: 1 },
    });
  });

  it('have the rows of style transfer by their options', () => {
    const record = {
      style: true,
      object: false,
      colour: true,
      setting: true,
      structure: 0.2,
      structureOfStyle: 0.4,
      psnr: 15,
    };
    const key = styleKeyOf(STYLE_CELLS[0]!);
    const { styles } = resultsOf(CONDITIONS, [{ edits: {}, styles: { [key]: record } }]);
    expect(styles[key]).toMatchObject({ scenes: 1, style: { value: 1 }, object: { value: 0 } });
  });
});

describe('what is measured', () => {
  it('is the same in every process: edits in turns, and a flat content for every style', () => {
    const take = <T>(all: Generator<T, never>) => Array.from({ length: 8 }, () => all.next().value);
    expect(take(tasks())).toEqual(take(tasks()));
    expect(take(tasks()).map(({ name }) => name)).toEqual([
      ...['replace', 'colour', 'style', 'replace', 'colour', 'style', 'replace', 'colour'],
    ]);
    expect(new Set(take(stylePairs()).map(({ content }) => content.style))).toEqual(new Set(['flat']));
    expect(new Set(take(stylePairs()).map(({ style }) => style.style)).size).toBe(4);
  });
});
