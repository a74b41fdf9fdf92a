/** @file The way into Photopea: the pages for it, and the links that open them. */

import { z } from 'zod';
import { readJson } from '../files/json.ts';
import { builtFile, type Page, pluginFile } from './page.ts';

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

/** What Photopea is told of a plugin; all but the address is its own affair. */
const Plugin = z.looseObject({ url: z.string() });

/** Photopea with the panel in it, by its configuration in the link. */
export function linkInside(port: number): string {
  const plugin = Plugin.parse(readJson(pluginFile('photopea', 'plugin.json')));
  const url = new URL(plugin.url);
  url.port = String(port);
  const environment = { plugins: [{ ...plugin, url: url.href }] };
  return `${PHOTOPEA}/#${encodeURIComponent(JSON.stringify({ environment }))}`;
}
