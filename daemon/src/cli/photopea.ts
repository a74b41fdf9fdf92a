/** @file `palimpsest photopea`: opens Photopea with the panel beside it, or in it. */

import { PalimpsestError } from '@palimpsest/protocol';
import { Command } from 'commander';
import { runningDaemon } from '../server/lock.ts';
import { linkBeside, linkInside } from '../server/photopea.ts';
import { configFolder } from '../settings/config.ts';
import { openInBrowser } from './openInBrowser.ts';
import { wantsJson } from './report.ts';

interface Flags {
  readonly inside: boolean;
  readonly open: boolean;
}

export function photopeaCommand(): Command {
  return new Command('photopea')
    .summary('open Photopea with the panel')
    .description('Opens Photopea in the browser, with the panel beside it. The daemon has to be running.')
    .option('--inside', 'with the panel in Photopea instead; the browser may ask for a permission', false)
    .option('--no-open', 'only print the links')
    .action((flags: Flags, command: Command) => photopea(flags, wantsJson(command)));
}

async function photopea({ inside, open }: Flags, json: boolean): Promise<void> {
  const running = await runningDaemon(configFolder());
  if (running === null) {
    throw new PalimpsestError(
      'CONNECTION_LOST',
      'The daemon is not running. Start it with "palimpsest serve" (in its repository: "npm start").',
    );
  }
  const [beside, within] = [linkBeside(running.port), linkInside(running.port)];
  process.stdout.write(
    json
      ? `${JSON.stringify({ beside, within })}\n`
      : `Photopea beside the panel: ${beside}\nPhotopea with the panel in it: ${within}\n`,
  );
  if (open) openInBrowser(inside ? within : beside);
}
