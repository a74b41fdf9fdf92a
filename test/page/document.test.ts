/** The page's document, without its page. */

import { expect, it } from 'vitest';
import { bundled } from './browser.ts';

it('never uses the id of a layer again, also when the page is opened again', async () => {
  const script = await bundled(`
    import { PageDocument } from './src/pageDocument.ts';
    const picture = { png: new Uint8Array(8), width: 4, height: 2 };
    globalThis.idsOfPage = () => {
      const document = new PageDocument();
      return [document.add('dog', picture).id, document.add('cat', picture).id];
    };
  `);
  // It needs nothing that only browsers have.
  const idsOfPage: () => string[] = new Function(`${script}; return globalThis.idsOfPage;`)();
  expect(new Set([...idsOfPage(), ...idsOfPage()]).size).toBe(4);
});
