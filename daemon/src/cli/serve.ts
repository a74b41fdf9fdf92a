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
import { EXIT_CODES, tellNotice, wantsJson } from './report.ts';

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
    .action((flags: Record<string, unknown>, command: Command) => serve(flags, wantsJson(command)));
}

async function serve(flags: Readonly<Record<string, unknown>>, json: boolean): Promise<void> {
  outliveOutput();
  const folder = requireUserFolder('config');
  const config = readConfig(folder, flags);
  requireUserFolder('cache');
  const [given, configured] = flags.models === undefined ? [[], config.models] : [config.models, []];
  for (const sentence of missingFolders(given, configured)) tellNotice(`Warning: ${sentence}`, json);
  if (config.listen !== undefined && !LOOPBACK.test(config.listen)) {
    tellNotice(
      `Warning: the daemon listens on ${config.listen} too. What goes over the network is not encrypted: whoever can read it can use the daemon.`,
      json,
    );
  }
  const chosen = await chooseDevice(config.device, config.precision);
  const daemon = await startDaemon(folder, config, newLog(config.log), chosen, {
    onPairing: (pending) => showPairing(pending, json),
    onPaired: (client) => showPaired(client, json),
  });
  // Before the welcome: whoever waits for that may answer it with Ctrl-C at once.
  const end = stopped();
  showRunning(daemon, folder, chosen.reason, json);
  const lost = await Promise.race([end, daemon.lost]);
  if (lost !== undefined) {
    tellNotice(`Its cache folder was removed, and another daemon has the new one. ${lost}`, json);
    process.exitCode = EXIT_CODES.failed;
  }
  show({ stopping: true }, '\nStopping. What is under way goes on at the next start.\n', json);
  await daemon.close();
  // A pipe that nobody reads any more would keep the process, with what is still to be written into it.
  setTimeout(() => process.exit(), LAST_WORDS).unref();
}

/** Says on stdout what happened: a line of JSON, or words. */
const show = (facts: object, words: string, json: boolean): void =>
  terminal.write(json ? `${JSON.stringify(facts)}\n` : words);

function showRunning({ port, pairing }: Daemon, folder: string, device: string, json: boolean): void {
  const page = isBuilt('page') ? `http://127.0.0.1:${port}/#launch=${pairing.launchCodes.make()}` : null;
  const socket = `ws://127.0.0.1:${port}/rpc`;
  const token = ownerTokenFile(folder);
  const openrpc = `http://127.0.0.1:${port}/openrpc.json`;
  const look =
    page === null
      ? 'the page is not built: stop this, and start it with "npm start"'
      : `${page}  (works once, for ten minutes)`;
  const words = [
    `Palimpsest is running at http://127.0.0.1:${port}`,
    device,
    '',
    `  Look    ${look}`,
    '  Plugin  open it, press Connect, and type in the code that appears here',
    `  Script  ${socket} with the token in ${token}`,
    `          what can be called: ${openrpc}`,
    '  Stop    Ctrl-C',
    '',
  ].join('\n');
  show({ running: { port, page, socket, token, openrpc, device } }, words, json);
}

function showPairing(pending: PendingPairing | null, json: boolean): void {
  if (pending === null) return;
  const { name, origin, code, secondsLeft } = pending;
  show(
    { pairing: { name, origin, code, secondsLeft } },
    `\n${quoted(name)} wants to connect. It is ${placeOf(origin)}. Type this code into it within ${secondsLeft} s:  ${code}\n`,
    json,
  );
}

function showPaired({ name, id }: ClientInfo, json: boolean): void {
  show(
    { paired: { id, name } },
    `${quoted(name)} is connected. To take that back: palimpsest clients --revoke ${id}\n`,
    json,
  );
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
