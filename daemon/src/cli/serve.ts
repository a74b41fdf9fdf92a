/** @file `palimpsest serve`: the daemon that plugins and scripts talk to. */

import { type ClientInfo, type PendingPairing, placeOf, shownName } from '@palimpsest/protocol';
import { Command, Option } from 'commander';
import { chooseDevice } from '../execution/chooseDevice.ts';
import { Outlet, outliveOutput } from '../files/outlet.ts';
import { requireUserFolder } from '../files/userFolders.ts';
import { ownerTokenFile } from '../server/clients.ts';
import { type Daemon, startDaemon } from '../server/daemon.ts';
import { newLog } from '../server/log.ts';
import { isBuilt } from '../server/page.ts';
import { LOG_LEVELS, readConfig } from '../settings/config.ts';
import { addDeviceFlags } from './deviceFlags.ts';
import { missingFolders } from './missingFiles.ts';
import { EXIT_CODES, reportError } from './report.ts';

const terminal = new Outlet(process.stdout);

/** For what is said last to be written, in ms. */
const LAST_WORDS = 1000;

const LOOPBACK = /^(localhost|127\.|::1$)/;

export function serveCommand(): Command {
  return addDeviceFlags(new Command('serve'))
    .summary('run the daemon that plugins and scripts talk to')
    .description('Runs the daemon that plugins and scripts talk to, on this machine only, until Ctrl-C.')
    .option('--port <number>', 'the port to listen on; plugins find only the default ones', Number)
    .option('--models <folder...>', 'folders that hold models, or are models')
    .option('--listen <address>', 'listen on this address of the machine too, without encryption')
    .addOption(new Option('--log <level>', 'what goes to the log on stderr').choices(LOG_LEVELS))
    .action(async (flags: Record<string, unknown>) => {
      try {
        await serve(flags);
      } catch (error) {
        process.exitCode = reportError(error, false);
      }
    });
}

async function serve(flags: Readonly<Record<string, unknown>>): Promise<void> {
  outliveOutput();
  const folder = requireUserFolder('config');
  const config = readConfig(folder, flags);
  requireUserFolder('cache');
  const [given, configured] = flags.models === undefined ? [[], config.models] : [config.models, []];
  for (const sentence of missingFolders(given, configured)) process.stderr.write(`Warning: ${sentence}\n`);
  if (config.listen !== undefined && !LOOPBACK.test(config.listen)) {
    process.stderr.write(
      `Warning: the daemon listens on ${config.listen} too. What goes over the network is not encrypted: whoever can read it can use the daemon.\n`,
    );
  }
  const chosen = await chooseDevice(config.device, config.precision);
  const daemon = await startDaemon(folder, config, newLog(config.log), chosen, {
    onPairing: showPairing,
    onPaired: showPaired,
  });
  // Before the welcome: whoever waits for that may answer it with Ctrl-C at once.
  const end = stopped();
  terminal.write(welcome(daemon, folder, chosen.reason));
  const lost = await Promise.race([end, daemon.lost]);
  if (lost !== undefined) {
    process.stderr.write(`Its cache folder was removed, and another daemon has the new one. ${lost}\n`);
    process.exitCode = EXIT_CODES.failed;
  }
  terminal.write('\nStopping. What is under way goes on at the next start.\n');
  await daemon.close();
  // A pipe that nobody reads any more would keep the process, with what is still to be written into it.
  setTimeout(() => process.exit(), LAST_WORDS).unref();
}

function welcome({ port, pairing }: Daemon, folder: string, reason: string): string {
  const look = isBuilt('page')
    ? `http://127.0.0.1:${port}/#launch=${pairing.launchCodes.make()}  (works once, for ten minutes)`
    : 'the page is not built: stop this, and start it with "npm start"';
  return [
    `Palimpsest is running at http://127.0.0.1:${port}`,
    reason,
    '',
    `  Look    ${look}`,
    '  Plugin  open it, press Connect, and type in the code that appears here',
    `  Script  ws://127.0.0.1:${port}/rpc with the token in ${ownerTokenFile(folder)}`,
    `          what can be called: http://127.0.0.1:${port}/openrpc.json`,
    '  Stop    Ctrl-C',
    '',
  ].join('\n');
}

function showPairing(pending: PendingPairing | null): void {
  if (pending === null) return;
  const { name, origin, code, secondsLeft } = pending;
  terminal.write(
    `\n${quoted(name)} wants to connect. It is ${placeOf(origin)}. Type this code into it within ${secondsLeft} s:  ${code}\n`,
  );
}

function showPaired({ name, id }: ClientInfo): void {
  terminal.write(`${quoted(name)} is connected. To take that back: palimpsest clients --revoke ${id}\n`);
}

/** Whoever chose a name cannot have it end before its end. */
const quoted = (name: string): string => `"${shownName(name).replaceAll('"', "'")}"`;

/** Until the process is told to end; a second time ends it at once. */
function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      process.once(signal, () => {
        process.once(signal, () => process.exit(1));
        resolve();
      });
    }
  });
}
