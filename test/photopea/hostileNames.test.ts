/** Names of layers and documents, and prompts, are data: whatever is in them, no script does what they say. */

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { script, scriptText } from '../../plugins/photopea/src/scripts/script.ts';
import { FakeDocument } from './fake/fakeDocument.ts';
import { openPhotopea } from './fake/hands.ts';
import { colourful, forever, resultOf } from './scene.ts';

const BREAK_OUT = 'while (app.documents.length > 0) { app.activeDocument.close(); }';

const HOSTILE = [
  `"); ${BREAK_OUT} ("`,
  `'); ${BREAK_OUT} ('`,
  `\\"); ${BREAK_OUT} (\\"`,
  `\`); ${BREAK_OUT} (\`\${${BREAK_OUT}}`,
  `\n${BREAK_OUT}\n`,
  `\r\n} catch (e) {} ${BREAK_OUT} try {`,
  `\u2028${BREAK_OUT}\u2029`,
  `*/ ${BREAK_OUT} /*`,
  `// \u2028 ${BREAK_OUT}`,
  `</script><script>${BREAK_OUT}</script><!--`,
  '"}; args = {"document": {"name": "Other.psd"',
  '__proto__',
  'done',
  'MSFAPI#{"ping":1}',
  `\u0000\u0007\u001b[31m\ufeff\u202eexe.gnp`,
  '猫 🐈 a → b é e\u0301 \ud800',
];

describe('a hostile name', () => {
  for (const name of HOSTILE) {
    it(`is only a name: ${JSON.stringify(name).slice(0, 60)}`, async () => {
      const { host, hands, photopea, document } = await openPhotopea();
      document.name = name;
      const other = photopea.add(new FakeDocument('Other.psd', 20, 20, name));
      other.layers.push(other.newLayer(name, colourful(4, 4, 1)));
      photopea.active = 0;
      const id = await hands.addLayer(name, colourful(12, 8, 2), { x: 3, y: 2 });
      await hands.select([id]);
      await hands.selectArea(id, { x: 2, y: 2, width: 6, height: 4 });

      const [layer] = await host.selection();
      expect(layer).toMatchObject({ id, name });
      const exported = await host.exportPixels(id, 1, forever());
      expect(await host.mask(id, exported, forever())).not.toBeNull();
      const placed = await host.place(await resultOf(layer!, exported.png, colourful(12, 8, 9), { name }));
      await host.remember(id, name);

      expect(placed.name).toBe(name);
      expect(hands.layer(placed.id).name).toBe(name);
      expect(await host.recall(id)).toBe(name);
      expect(photopea.documents).toEqual([document, other]);
      expect(document.all().map((each) => each.name)).toEqual([name, name]);
      expect(other.layers).toHaveLength(1);
    });
  }
});

/** What a script would see of its values. */
function valuesSeenBy(args: object): unknown {
  const echoed: string[] = [];
  const app = { echoToOE: (line: string) => echoed.push(line) };
  const text = scriptText({ body: 'return args;' }, args, 'token:');
  expect(text).not.toMatch(/[\u2028\u2029]|<\/|<!--/);
  new Function('app', text)(app);
  return JSON.parse(echoed.at(-1)!.slice('token:'.length)).end;
}

describe('the values of a script', () => {
  it('arrive as they are, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (words) => {
        expect(valuesSeenBy({ words })).toEqual({ words });
      }),
    );
    expect(valuesSeenBy({ words: HOSTILE })).toEqual({ words: HOSTILE });
  });

  it('are never part of its code', () => {
    const { body } = script<{ name: string }>().answering('test', z.string(), 'return args.name;');
    for (const name of HOSTILE) {
      const lines = scriptText({ body }, { name }, 'token:').split('\n');
      const plain = scriptText({ body }, { name: 'x' }, 'token:').split('\n');
      const differing = lines.filter((line, i) => line !== plain[i]);
      expect(differing).toHaveLength(1);
      expect(differing[0]).toMatch(/^var token = "token:", args = \{"name":".*"\}, last = null;$/);
    }
  });
});
