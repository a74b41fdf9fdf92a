/** What becomes of edits under way when something goes wrong, or the panel is closed. */

import { type DaemonClient, type JobProgress, type Notice, PalimpsestError } from '@palimpsest/protocol';
import type { Layer, LayerPreview } from '@palimpsest/sdk';
import type { HostUnderTest } from '@palimpsest/sdk/conformance';
import { type MemoryEditor, memoryHost } from '@palimpsest/sdk/memory';
import { beforeEach, describe, expect, it } from 'vitest';
import { Edits } from '../../plugins/panel/src/model/edits.ts';
import { worded } from '../../plugins/panel/src/model/noticeWords.ts';
import { DONE, FAILED, FakeDaemon, grey, orderOf } from './fakeDaemon.ts';

let editor: HostUnderTest & { readonly hands: MemoryEditor };
let layer: Layer;
let daemon: FakeDaemon;
beforeEach(async () => {
  editor = await memoryHost();
  layer = (await editor.host.find(await editor.hands.addLayer('dog', grey(), { x: 0, y: 0 })))!;
  daemon = new FakeDaemon();
});

const panel = () => new Edits(editor.host, async () => {});
const client = () => daemon.client as DaemonClient;
/** The jobs that a panel would go on with. */
const kept = async (): Promise<string[]> =>
  JSON.parse((await editor.host.readSetting('pending')) ?? '[]').map(({ job }: { job: string }) => job);

describe('an edit that the daemon has', () => {
  it('is not lost when its pictures do not come, and can be tried again', async () => {
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    const entry = edits.entries.value[0]!;
    await expect.poll(kept).toEqual(['job-1']);
    daemon.refusals.push(new PalimpsestError('RATE_LIMITED', 'Too many pictures.'));
    daemon.end(DONE);
    await expect.poll(() => entry.failure.value?.sentence).toContain('try again');
    expect(await kept()).toEqual(['job-1']);
    edits.retry(client(), entry);
    expect(entry.failure.value).toBeNull();
    await expect.poll(() => entry.finished.value?.layer.id).toBe(layer.id);
    expect(daemon.jobs).toEqual(['job-1']);
  });

  it('brings along what the daemon has to say about it', async () => {
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    const few: Notice = { code: 'STEPS_FEW', facts: { steps: 3 }, text: '3 steps are few.' };
    daemon.end({ ...DONE, notices: [few.text], remarks: [few] });
    await expect.poll(() => edits.entries.value[0]!.notices.value).toEqual([few]);
    expect(worded(few)).toBe('3 steps are few. See “Advanced”, “Steps”.');
  });

  it('brings along the sentences of a daemon that gives no codes', async () => {
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    daemon.end({ ...DONE, notices: ['3 steps are few.'] });
    await expect.poll(() => edits.entries.value[0]!.notices.value.map(worded)).toEqual(['3 steps are few.']);
  });

  it('is found when the panel is opened again, also when that fails once', async () => {
    panel().start(client(), [layer], orderOf('a tiger'));
    await expect.poll(kept).toEqual(['job-1']);
    daemon.end(DONE);
    daemon.refusals.push(new PalimpsestError('RATE_LIMITED', 'Too many pictures.'));
    const again = panel();
    await again.resume(client());
    await expect.poll(() => again.entries.value[0]?.failure.value?.sentence).toContain('try again');
    const third = panel();
    await third.resume(client());
    await expect.poll(() => third.entries.value[0]?.finished.value?.layer.id).toBe(layer.id);
  });

  it('is over when its job has failed, and begins anew when it is tried again', async () => {
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    await expect.poll(kept).toEqual(['job-1']);
    daemon.end(FAILED);
    await expect.poll(kept).toEqual([]);
    edits.retry(client(), edits.entries.value[0]!);
    await expect.poll(() => daemon.jobs).toEqual(['job-1', 'job-2']);
  });

  it('is over when the daemon has forgotten it', async () => {
    panel().start(client(), [layer], orderOf('a tiger'));
    await expect.poll(kept).toEqual(['job-1']);
    daemon = new FakeDaemon();
    const again = panel();
    await again.resume(client());
    await expect.poll(() => again.entries.value[0]?.failure.value).not.toBeNull();
    expect(await kept()).toEqual([]);
  });
});

describe('edits of several documents', () => {
  it('wait until theirs is open, each with its own layers', async () => {
    panel().start(client(), [layer], orderOf('a tiger'));
    await expect.poll(kept).toEqual(['job-1']);
    const other = await memoryHost();
    await other.host.writeSetting('pending', await editor.host.readSetting('pending'));
    // In another document the same id means something else.
    expect(await other.hands.addLayer('logo', grey(), { x: 50, y: 50 })).toBe(layer.id);
    const strange = new Edits(other.host, async () => {});
    await strange.resume(client());
    expect(strange.entries.value).toEqual([]);
    strange.start(client(), [(await other.host.find(layer.id))!], orderOf('a star'));
    await expect.poll(() => strange.entries.value[0]?.pending?.job).toBe('job-2');
    await strange.remove(strange.entries.value[0]!);
    expect(JSON.parse((await other.host.readSetting('pending'))!)).toEqual(
      JSON.parse((await editor.host.readSetting('pending'))!),
    );
    const again = panel();
    await again.resume(client());
    expect(again.entries.value.map(({ pending }) => pending?.job)).toEqual(['job-1']);
  });

  it('are not taken up again when they have been kept', async () => {
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    daemon.end(DONE);
    await expect.poll(() => edits.entries.value[0]?.finished.value?.layer.id).toBe(layer.id);
    await Promise.all([edits.keep(edits.entries.value), edits.resume(client())]);
    await edits.resume(client());
    expect(edits.entries.value).toEqual([]);
  });
});

describe('edits of two panels', () => {
  it('are kept side by side, and each takes away its own', async () => {
    const [one, other] = [panel(), panel()];
    one.start(client(), [layer], orderOf('a tiger'));
    await expect.poll(kept).toEqual(['job-1']);
    other.start(client(), [layer], orderOf('a lion'));
    await expect.poll(kept).toEqual(['job-1', 'job-2']);
    await one.remove(one.entries.value[0]!);
    expect(await kept()).toEqual(['job-2']);
    expect(daemon.cancelled).toEqual([]);
  });

  it('are as many as there is room for, the newest ones', async () => {
    const edits = panel();
    const words = 'a tiger on a carpet '.repeat(20).trim();
    edits.start(client(), Array<Layer>(60).fill(layer), orderOf(words));
    await expect.poll(kept, { timeout: 10_000 }).toContain('job-60');
    expect((await editor.host.readSetting('pending'))!.length).toBeLessThan(64_000);
    expect(editor.hands.notices).toEqual([]);
  });
});

describe('the pictures that an edit tells on its way', () => {
  const png = new Uint8Array([1, 2, 3]);
  const at = (stage: JobProgress['stage']) => ({ stage, step: 1, total: 2, secondsLeft: 14 });

  it('lie over the layer once it is painted, and not while it is learned; the result lies there by its name', async () => {
    const shown: (LayerPreview | null)[] = [];
    Object.assign(editor.host, { preview: (_: string, preview: LayerPreview | null) => shown.push(preview) });
    for (const stage of ['invert', 'optimise', 'edit'] as const)
      daemon.told.push({ type: 'progress', progress: at(stage) }, { type: 'preview', png });
    const edits = panel();
    edits.start(client(), [layer], orderOf('a tiger'));
    const entry = edits.entries.value[0]!;
    await expect.poll(() => entry.preview.value).not.toBeNull();
    expect(shown).toEqual([{ png, name: 'a dog → a tiger', finished: false }]);
    daemon.end(DONE);
    await expect.poll(() => entry.finished.value).not.toBeNull();
    expect(shown.at(-1)).toMatchObject({ name: 'a dog → a tiger', finished: true });
    await edits.remove(entry);
    expect(shown.at(-1)).toBeNull();
  });
});
