/** @file What is kept: with layers, and for the person. */

import { type Check, fails, pattern, promise, wholeDocument } from './promise.ts';

/** As long as a text may be, of characters that are easily broken. */
const LONG_TEXT = '"\\\n</script>猫🐈'.repeat(3000).slice(0, 40_000);

export const keeping: readonly Check[] = [
  {
    name: 'remembers nothing with a new layer',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      promise((await host.recall(id)) === null, 'There should be nothing yet.');
    },
  },
  {
    name: 'remembers the last text with each layer, whatever is in it',
    run: async ({ host, hands }) => {
      const one = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      const two = await hands.addLayer('two', pattern(8, 8, 2), { x: 0, y: 0 });
      await host.remember(one, 'first');
      await host.remember(two, 'other');
      await host.remember(one, LONG_TEXT);
      promise((await host.recall(one)) === LONG_TEXT, 'The last text should be recalled as it was.');
      promise((await host.recall(two)) === 'other', 'Each layer has a text of its own.');
    },
  },
  {
    name: 'remembers without an undo step of its own',
    run: async (editor) => {
      const { host, hands } = editor;
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      const other = await hands.addLayer('two', pattern(8, 8, 2), { x: 0, y: 0 });
      const before = await wholeDocument(editor);
      await hands.remove(other);
      await host.remember(id, 'text');
      await hands.undo();
      promise((await wholeDocument(editor)) === before, "An undo should take back the person's last act.");
    },
  },
  {
    name: 'refuses to remember with a layer that is gone',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      await hands.remove(id);
      await fails(() => host.remember(id, 'text'), 'LAYER_GONE');
    },
  },
  {
    name: 'remembers when the panel was closed',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      await host.remember(id, 'text');
      const again = await hands.reopen();
      promise((await again.recall(id)) === 'text', 'What is with a layer should outlive the panel.');
    },
  },
  {
    name: 'tells the document of a layer when the panel was closed, and when the layer is gone',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      const layer = (await host.find(id))!;
      const document = await host.documentOf(layer, true);
      promise(document !== null && document !== '', 'An open document should have a text.');
      const again = await hands.reopen();
      promise((await again.documentOf(layer, false)) === document, 'It should outlive the panel.');
      await hands.remove(id);
      promise((await again.documentOf(layer, false)) === document, 'It should outlive the layer.');
    },
  },
  {
    name: 'keeps settings when the panel was closed',
    run: async ({ host, hands }) => {
      promise((await host.readSetting('token')) === null, 'There should be no setting yet.');
      await host.writeSetting('token', 'secret');
      await host.writeSetting('jobs', LONG_TEXT);
      const again = await hands.reopen();
      promise((await again.readSetting('token')) === 'secret', 'A setting should outlive the panel.');
      promise((await again.readSetting('jobs')) === LONG_TEXT, 'A setting should be as it was.');
    },
  },
  {
    name: 'forgets a setting',
    run: async ({ host }) => {
      await host.writeSetting('token', 'secret');
      await host.writeSetting('token', null);
      promise((await host.readSetting('token')) === null, 'A setting that is set to null should be gone.');
    },
  },
  {
    name: 'keeps settings out of the document',
    run: async (editor) => {
      const { host, hands } = editor;
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      const before = await wholeDocument(editor);
      await host.writeSetting('token', 'secret');
      promise((await wholeDocument(editor)) === before, 'The document should be as it was.');
      promise((await host.recall(id)) === null, 'Nothing of it should be with a layer.');
    },
  },
];
