/** @file Pixels and masks on their way out. */

import { pixelSize } from '../exportScale.ts';
import { decodePng } from '../png.ts';
import type { HostUnderTest } from './hands.ts';
import { type Check, fails, forever, pattern, promise, samePixels, wholeDocument } from './promise.ts';

export const exporting: readonly Check[] = [
  {
    name: 'exports the pixels of a layer as they are',
    run: async ({ host, hands }) => {
      const pixels = pattern(17, 11, 1, true);
      const id = await hands.addLayer('one', pixels, { x: 3, y: 4 });
      const exported = await host.exportPixels(id, 1, forever());
      samePixels(await decodePng(exported.png), pixels);
    },
  },
  {
    name: 'exports a layer without what lies over and under it',
    run: async ({ host, hands }) => {
      await hands.addLayer('under', pattern(40, 40, 1), { x: 0, y: 0 });
      const pixels = pattern(17, 11, 2, true);
      const id = await hands.addLayer('one', pixels, { x: 3, y: 4 });
      await hands.addLayer('over', pattern(40, 40, 3), { x: 0, y: 0 });
      const exported = await host.exportPixels(id, 1, forever());
      samePixels(await decodePng(exported.png), pixels);
    },
  },
  {
    name: 'exports at the scale that it is asked for, and says the size',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(30, 13, 1), { x: 0, y: 0 });
      for (const scale of [0.5, 0.01, 1]) {
        const { png, width, height } = await host.exportPixels(id, scale, forever());
        const expected = pixelSize({ width: 30, height: 13 }, scale);
        const is = await decodePng(png);
        promise(
          is.width === width && is.height === height,
          `The PNG has ${is.width} x ${is.height} pixels, and the host says ${width} x ${height}.`,
        );
        promise(
          width === expected.width && height === expected.height,
          `At ${scale} it should be ${expected.width} x ${expected.height}, and is ${width} x ${height}.`,
        );
      }
    },
  },
  {
    name: 'changes nothing by an export, for undo neither',
    run: async (editor) => {
      const { host, hands } = editor;
      const id = await hands.addLayer('one', pattern(9, 9, 1), { x: 0, y: 0 });
      const other = await hands.addLayer('two', pattern(9, 9, 2), { x: 0, y: 0 });
      const first = await wholeDocument(editor);
      await hands.remove(other);
      const before = await wholeDocument(editor);
      await host.exportPixels(id, 1, forever());
      promise((await wholeDocument(editor)) === before, 'The document should be as it was.');
      await hands.undo();
      promise((await wholeDocument(editor)) === first, "An undo should take back the person's last act.");
    },
  },
  {
    name: 'refuses to export a layer that is gone',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(9, 9, 1), { x: 0, y: 0 });
      await hands.remove(id);
      await fails(() => host.exportPixels(id, 1, forever()), 'LAYER_GONE');
    },
  },
  {
    name: 'stops an export that was cancelled',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(9, 9, 1), { x: 0, y: 0 });
      const reason = new Error('stopped');
      const thrown = await host
        .exportPixels(id, 1, AbortSignal.abort(reason))
        .catch((error: unknown) => error);
      promise(thrown === reason, 'It should fail with what the signal was aborted with.');
    },
  },
  {
    name: 'has no mask where nothing is selected',
    run: withMask(async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(20, 10, 1), { x: 0, y: 0 });
      await hands.select([id]);
      await hands.selectArea?.(id, null);
      promise(
        (await host.mask(id, { width: 20, height: 10 }, forever())) === null,
        'The mask should be null.',
      );
    }),
  },
  {
    name: 'gives the selection as a mask, white where the picture may change, of the size that it is asked for',
    run: withMask(async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(20, 10, 1), { x: 7, y: 5 });
      await hands.select([id]);
      await hands.selectArea?.(id, { x: 4, y: 2, width: 10, height: 6 });
      for (const times of [1, 2]) {
        const size = { width: 20 * times, height: 10 * times };
        const png = await host.mask(id, size, forever());
        promise(png !== null, 'There should be a mask.');
        const mask = await decodePng(png);
        promise(
          mask.width === size.width && mask.height === size.height,
          'It should have the size asked for.',
        );
        const at = (x: number, y: number) => mask.rgba[(y * times * mask.width + x * times) * 4]!;
        promise(at(9, 5) > 250, 'It should be white inside the selection.');
        const outside = [at(0, 0), at(19, 0), at(0, 9), at(19, 9)];
        promise(Math.max(...outside) < 5, 'It should be black outside the selection.');
      }
    }),
  },
];

function withMask(run: Check['run']): Check['run'] {
  return async (editor: HostUnderTest) => {
    if (editor.host.maskName === null) return;
    promise(editor.hands.selectArea !== undefined, 'A host with a mask is tested with selectArea.');
    await run(editor);
  };
}
