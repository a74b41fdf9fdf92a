/** @file What is selected, and what changes while nobody asks. */

import { cornersOf } from './hands.ts';
import { type Check, pattern, promise, sameCorners, soon } from './promise.ts';

export const selecting: readonly Check[] = [
  {
    name: 'has no layer where none is selected',
    run: async ({ host, hands }) => {
      await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      await hands.select([]);
      promise((await host.selection()).length === 0, 'The selection should be empty.');
    },
  },
  {
    name: 'lists the selected layers, the topmost first',
    run: async ({ host, hands }) => {
      const low = await hands.addLayer('low', pattern(8, 8, 1), { x: 0, y: 0 });
      await hands.addLayer('middle', pattern(8, 8, 2), { x: 0, y: 0 });
      const high = await hands.addLayer('high', pattern(8, 8, 3), { x: 0, y: 0 });
      await hands.select([low, high]);
      const ids = (await host.selection()).map(({ id }) => id);
      promise(ids.join() === [high, low].join(), `It should be ${[high, low]}, and is ${ids}.`);
    },
  },
  {
    name: 'tells name, size and place of a layer',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('a "name"', pattern(12, 9, 1), { x: 30, y: 20 });
      await hands.select([id]);
      const [layer] = await host.selection();
      promise(layer !== undefined, 'The layer should be selected.');
      promise(layer.name === 'a "name"', `It should be called 'a "name"', not '${layer.name}'.`);
      promise(layer.naturalScale === 1, 'A layer of pixels has one pixel for each unit.');
      const seen = (await hands.look()).find((other) => other.id === id);
      promise(seen !== undefined, 'The id should be that of the layer.');
      sameCorners(cornersOf(layer), seen.corners);
    },
  },
  {
    name: 'finds a layer by its id',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 5, y: 6 });
      const found = await host.find(id);
      promise(found?.id === id && found.name === 'one', 'A layer should be found by its id.');
    },
  },
  {
    name: 'finds no layer that is gone',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 5, y: 6 });
      await hands.remove(id);
      promise((await host.find(id)) === null, 'A layer that is gone should be found as null.');
    },
  },
  {
    name: 'tells when another layer is selected',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      await soon();
      let told = 0;
      host.on('selection', () => told++);
      await hands.select([id]);
      await soon();
      promise(told > 0, 'A listener should be told that the selection has changed.');
    },
  },
  {
    name: 'stops telling when it is asked to',
    run: async ({ host, hands }) => {
      const id = await hands.addLayer('one', pattern(8, 8, 1), { x: 0, y: 0 });
      await soon();
      let told = 0;
      host.on('selection', () => told++)();
      await hands.select([id]);
      await soon();
      promise(told === 0, 'A listener that was taken away should not be told.');
    },
  },
  {
    name: 'knows the colours of the interface, and tells when they change',
    run: async ({ host, hands }) => {
      if (hands.setColourScheme === undefined) return;
      for (const scheme of ['dark', 'light'] as const) {
        let told = 0;
        const off = host.on('theme', () => told++);
        await hands.setColourScheme(scheme);
        await soon();
        off();
        promise(host.colourScheme() === scheme, `The scheme should be ${scheme}.`);
        promise(told > 0, 'A listener should be told that the colours have changed.');
      }
    },
  },
  {
    name: 'tells when something is marked, also before anybody listened, and when nothing is any more',
    run: async ({ host, hands }) => {
      if (host.maskName === null || hands.selectArea === undefined) return;
      const id = await hands.addLayer('one', pattern(20, 10, 1), { x: 0, y: 0 });
      await hands.select([id]);
      await hands.selectArea(id, { x: 4, y: 2, width: 10, height: 6 });
      let marked: boolean | null = null;
      const offs = [
        host.on('mask', () => {
          marked = true;
        }),
        host.on('unmask', () => {
          marked = false;
        }),
      ];
      const becomes = async (expected: boolean) => {
        for (let i = 0; i < 40 && marked !== expected; i++) await soon();
        promise(
          marked === expected,
          `Listeners should be told that ${expected ? 'something' : 'nothing'} is.`,
        );
      };
      await becomes(true);
      await hands.selectArea(id, null);
      await becomes(false);
      await hands.selectArea(id, { x: 1, y: 1, width: 3, height: 3 });
      await becomes(true);
      for (const off of offs) off();
    },
  },
];
