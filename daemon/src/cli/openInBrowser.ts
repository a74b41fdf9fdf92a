/** @file Opens a link in the person's browser. */

import { spawn } from 'node:child_process';

/** The system's own way to open a link, by platform; others are as Linux. */
const OPENERS: Partial<Record<NodeJS.Platform, readonly [string, ...string[]]>> = {
  darwin: ['open'],
  // Not `start`, which is the shell's and would read the link as a command.
  win32: ['rundll32', 'url.dll,FileProtocolHandler'],
};

/** Opens a link, where there is a browser; the link was printed, too. */
export function openInBrowser(link: string): void {
  const [program, ...args] = OPENERS[process.platform] ?? ['xdg-open'];
  const child = spawn(program, [...args, link], { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
