/** @file A page that the daemon serves, and what it may do. */

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const PLUGINS = join(import.meta.dirname, '../../../plugins');

/** A file of a plugin's folder. */
export const pluginFile = (plugin: string, ...names: readonly string[]): string =>
  join(PLUGINS, plugin, ...names);

export interface Page {
  readonly type: string;
  readonly body: string | Buffer;
  /** The one page that may show this one in a frame; left out, none may. */
  readonly framedBy?: string;
  /** The one page that this one shows in a frame. It is told where it is shown: the origin, no more. */
  readonly frames?: string;
}

/**
 * Nothing but what is listed loads; scripts and styles come from files. Pictures that the page has made itself are shown
 * by blob: addresses.
 */
const SECURITY_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws:; img-src 'self' data: blob:; " +
  "base-uri 'none'; form-action 'none'";

/** The headers that bound what a page may do, and who may show it. */
export function boundsOf({ framedBy, frames }: Page): Record<string, string> {
  const policy = [
    SECURITY_POLICY,
    ...(frames === undefined ? [] : [`frame-src ${frames}`]),
    `frame-ancestors ${framedBy ?? "'none'"}`,
  ];
  return {
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': frames === undefined ? 'no-referrer' : 'strict-origin',
  };
}

/** Whether `npm run build` has made a plugin's page. */
export const isBuilt = (plugin: string): boolean => existsSync(pluginFile(plugin, 'dist', 'index.html'));

/** A file that `npm run build` makes, or a sentence in its place: the daemon is of use without a page. */
export function builtFile(plugin: string, name: string, type: string): Page {
  try {
    return {
      type: `${type}; charset=utf-8`,
      body: readFileSync(pluginFile(plugin, 'dist', name)),
    };
  } catch {
    return text('The page has not been built. Stop the daemon, and start it with "npm start".\n');
  }
}

export const json = (value: object): Page => ({
  type: 'application/json',
  body: `${JSON.stringify(value, null, 2)}\n`,
});
export const text = (body: string): Page => ({ type: 'text/plain; charset=utf-8', body });
