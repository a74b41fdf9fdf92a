/** @file The panel in Photopea, or beside it: one page has Photopea around it, the other has it in a frame. */

import '@palimpsest/panel/panel.css';
import './photopea.css';

import { mountPanel } from '@palimpsest/panel';
import { RPC_PATH } from '@palimpsest/protocol';
import * as z from 'zod/mini';
import { Bridge } from './bridge.ts';
import { BrowserTexts } from './browserTexts.ts';
import { canvasPictures } from './canvasPictures.ts';
import { coverUntilAnswered } from './cover.ts';
import { showNotice } from './notice.ts';
import { PhotopeaHost } from './photopeaHost.ts';
import { windowPeer } from './windowPeer.ts';

// The page's policy forbids to compile code, which schemas would do.
z.config({ jitless: true });

const place = document.querySelector('#panel');
const frame = document.querySelector<HTMLIFrameElement>('#photopea');
if (place === null) throw new Error('The page lacks the place for the panel.');

if (frame === null && window.parent === window) {
  place.textContent =
    'This page belongs inside Photopea. Run "palimpsest photopea" to open both, or add it there under Window - Plugins.';
} else {
  const peer = windowPeer(() => (frame === null ? window.parent : frame.contentWindow));
  const host = new PhotopeaHost(new Bridge(peer), {
    texts: new BrowserTexts(),
    pictures: canvasPictures,
    notify: showNotice,
    isVisible: () => document.visibilityState === 'visible',
  });
  if (frame !== null) coverUntilAnswered(frame, peer);
  mountPanel(place, host, { address: { urls: [`ws://${location.host}${RPC_PATH}`] } });
}
