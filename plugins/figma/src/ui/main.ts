/** @file The half of the plugin that has a window: the panel, in the frame that Figma gives it. */

import '@palimpsest/panel/panel.css';
import './ui.css';

import { mountPanel } from '@palimpsest/panel';
import * as z from 'zod/mini';
import { colourScheme, onColourScheme } from './colourScheme.ts';
import { FigmaHost } from './figmaHost.ts';
import { tellFormsOfSubmit } from './formSubmit.ts';
import { redraw } from './redraw.ts';
import { addResizeHandle } from './resizeHandle.ts';
import { type MessagePath, Sandbox } from './sandbox.ts';

// The frame's policy forbids to compile code, which schemas would do.
z.config({ jitless: true });

/** How Figma has it: every message is in an envelope, and the origin of either side says nothing. */
const path: MessagePath = {
  send: (message) => parent.postMessage({ pluginMessage: message }, '*'),
  listen: (listener) =>
    addEventListener('message', ({ data }: MessageEvent<unknown>) => {
      if (typeof data === 'object' && data !== null && 'pluginMessage' in data) listener(data.pluginMessage);
    }),
};

const place = document.querySelector('#panel');
if (!place?.parentElement) throw new Error('The page lacks the place for the panel.');
const sandbox = new Sandbox(path);
mountPanel(place, new FigmaHost(sandbox, { redraw, colourScheme, onColourScheme }));
addResizeHandle(place.parentElement, sandbox);
tellFormsOfSubmit();
