/**
 * @file The fake Photopea as a page of Photopea's own address: a real browser gets it in place of the real one, and goes
 * by the rules for that origin.
 */

import type { BrowserContext } from 'playwright-core';
import { bundled } from '../../page/browser.ts';
import type { Traits } from './traits.ts';

/** Runs in the page, as the part of Photopea that has a window. */
const scriptOf = (traits: Partial<Traits>) => `
  import { FakeDocument } from '../../test/photopea/fake/fakeDocument.ts';
  import { FakePhotopea } from '../../test/photopea/fake/fakePhotopea.ts';
  import { render, renderFine } from '../../test/photopea/fake/render.ts';
  import { NO_TRAITS } from '../../test/photopea/fake/traits.ts';
  import { decodePng } from '@palimpsest/sdk';

  const photopea = new FakePhotopea();
  photopea.traits = { ...NO_TRAITS, ...${JSON.stringify(traits)} };
  Object.assign(window, { photopea, FakeDocument, render, renderFine, decodePng });

  const embedded = window.parent !== window;
  if (embedded && photopea.traits.wantsReferrer && document.referrer === '') {
    document.body.textContent = 'Photopea wants to know where it is embedded.';
  } else start();

  function start() {
    const frame = document.querySelector('#plugin');
    const { environment } = location.hash === '' ? {} : JSON.parse(decodeURIComponent(location.hash.slice(1)));
    if (environment === undefined) frame.remove();
    else frame.src = environment.plugins[0].url;
    const outer = () => (embedded ? window.parent : frame.contentWindow);
    window.addEventListener('message', ({ source, data }) => {
      if (source === outer()) photopea.receive(data);
    });
    photopea.listen((message) => outer().postMessage(message, '*'));
    if (embedded) outer().postMessage('done', '*');
    setInterval(draw, 100);
  }

  function draw() {
    const document_ = photopea.documents[photopea.active];
    if (document_ === undefined) return;
    const { width, height, rgba } = render(document_);
    const canvas = document.querySelector('canvas');
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.putImageData(new ImageData(rgba, width, height), 0, 0);
    if (document_.selection !== null) {
      context.strokeStyle = '#fff';
      context.setLineDash([3, 3]);
      for (let i = 0; i < width * height; i++) {
        const is = document_.selection[i] >= 128;
        const edge = is !== document_.selection[i + 1] >= 128 || is !== document_.selection[i + width] >= 128;
        if (edge && (i + Math.floor(i / width)) % 4 < 2) {
          context.fillStyle = '#fff';
          context.fillRect(i % width, Math.floor(i / width), 1, 1);
        }
      }
    }
    document.querySelector('ol').replaceChildren(...document_.all().map((layer) => {
      const { id, name, mask } = layer;
      const item = document.createElement('li');
      item.textContent = name + (mask === null ? '' : '  ◐');
      if (!document_.layers.includes(layer)) item.style.paddingLeft = '28px';
      item.className = document_.active.includes(id) ? 'active' : '';
      return item;
    }));
    document.querySelector('h1').textContent = photopea.documents.map(({ name }) => name).join('   |   ') + '   (a stand-in for Photopea)';
  }
`;

const PAGE = `<!doctype html>
<html lang="en">
  <meta charset="utf-8" />
  <title>A stand-in for Photopea</title>
  <style>
    body { display: grid; grid-template: 30px 1fr 180px / 1fr auto; height: 100vh; margin: 0; font: 12px system-ui, "Liberation Sans", sans-serif; color: #ccc; background: #383838; }
    h1 { grid-column: 1 / 3; margin: 0; padding: 7px 12px; font-size: 12px; font-weight: 400; background: #2b2b2b; }
    iframe { grid-area: 2 / 2 / 4; width: 340px; height: 100%; border: 0; }
    canvas { grid-area: 2 / 1; place-self: center; width: min(60vh, 90%); image-rendering: pixelated; background: repeating-conic-gradient(#777 0 25%, #999 0 50%) 0 0 / 16px 16px; }
    ol { overflow: auto; margin: 0; padding: 6px 0; list-style: none; background: #2b2b2b; grid-area: 3 / 1; }
    li { padding: 5px 12px; border-bottom: 1px solid #383838; }
    li.active { background: #4a5a70; }
  </style>
  <body>
    <h1></h1>
    <iframe id="plugin" title="Plugin"></iframe>
    <canvas></canvas>
    <ol></ol>
    <script src="/fake.js"></script>
  </body>
</html>`;

/** A page that floods every other frame with what Photopea could say; it is not Photopea's window. */
const STRANGER = `<!doctype html><meta charset="utf-8" /><title>A stranger</title><script>
  const flood = () => {
    for (let i = 0; i < parent.frames.length; i++) {
      if (parent.frames[i] === window) continue;
      parent.frames[i].postMessage(new ArrayBuffer(64), '*');
      parent.frames[i].postMessage('done', '*');
      parent.frames[i].postMessage('palimpsest-' + JSON.stringify({ end: null }), '*');
    }
  };
  setInterval(flood, 5);
</script>`;

/** Puts the fake in the place of Photopea, and a stranger at two addresses. */
export async function fakePhotopea(context: BrowserContext, traits: Partial<Traits> = {}): Promise<void> {
  const script = await bundled(scriptOf({ wantsReferrer: true, ...traits }));
  const html = { contentType: 'text/html; charset=utf-8' };
  await context.route('https://www.photopea.com/**', (route) => {
    const { pathname } = new URL(route.request().url());
    if (pathname === '/fake.js') return route.fulfill({ contentType: 'text/javascript', body: script });
    return route.fulfill({ ...html, body: pathname === '/stranger' ? STRANGER : PAGE });
  });
  await context.route('https://stranger.example/**', (route) => route.fulfill({ ...html, body: STRANGER }));
}
