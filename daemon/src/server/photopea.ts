/** @file The way into Photopea: pages for it, and links that bring a person there. */

import plugin from '../../../plugins/photopea/plugin.json' with { type: 'json' };
import { builtFile, type Page } from './page.ts';

const PHOTOPEA = 'https://www.photopea.com';
const FOLDER = '/photopea/';
const BESIDE = `${FOLDER}beside`;

/** The panel for Photopea to show, and a page that shows Photopea beside the panel. */
export const photopeaPages = (): readonly (readonly [path: string, page: Page])[] => [
  [FOLDER, { ...builtFile('photopea', 'index.html', 'text/html'), framedBy: PHOTOPEA }],
  [BESIDE, { ...builtFile('photopea', 'beside.html', 'text/html'), frames: PHOTOPEA }],
  [`${FOLDER}photopea.js`, builtFile('photopea', 'photopea.js', 'text/javascript')],
  [`${FOLDER}photopea.css`, builtFile('photopea', 'photopea.css', 'text/css')],
];

/** Photopea beside the panel, on a page of the daemon: the browser asks for nothing. */
export const linkBeside = (port: number): string => `http://127.0.0.1:${port}${BESIDE}`;

/** Photopea with the panel in it, by its configuration in the link. */
export function linkInside(port: number): string {
  const url = new URL(plugin.url);
  url.port = String(port);
  const environment = { plugins: [{ ...plugin, url: url.href }] };
  return `${PHOTOPEA}/#${encodeURIComponent(JSON.stringify({ environment }))}`;
}
