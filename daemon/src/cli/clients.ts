/** @file `palimpsest clients`: who was let in, and how to take that back. Talks to the running daemon. */

import { readFileSync } from 'node:fs';
import { DaemonClient, PalimpsestError, RPC_PATH } from '@palimpsest/protocol';
import { Command } from 'commander';
import { WebSocket } from 'ws';
import { ownerTokenFile } from '../server/clients.ts';
import { configFolder } from '../server/config.ts';
import { runningPort } from '../server/lock.ts';
import { reportError } from './report.ts';

export function clientsCommand(): Command {
  return new Command('clients')
    .summary('list the plugins that were let in, or revoke one')
    .option('--revoke <id>', 'take back the token of this client; its jobs are cancelled')
    .option('--json', 'print the result as JSON')
    .action(async ({ revoke, json = false }: { revoke?: string; json?: boolean }) => {
      try {
        process.stdout.write(await withDaemon((daemon) => run(daemon, revoke, json)));
      } catch (error) {
        process.exitCode = reportError(error, json);
      }
    });
}

async function run(daemon: DaemonClient, revoke: string | undefined, json: boolean): Promise<string> {
  if (revoke !== undefined) {
    const { revoked } = await daemon.call('clients.revoke', { id: revoke });
    if (json) return `${JSON.stringify({ revoked })}\n`;
    return revoked ? 'Revoked. Its connections are closed.\n' : 'There is no client of that id.\n';
  }
  const { clients } = await daemon.call('clients.list', {});
  if (json) return `${JSON.stringify({ clients })}\n`;
  if (clients.length === 0) return 'No plugin is paired.\n';
  return clients
    .map(({ id, name, createdAt }) => `${id}  ${new Date(createdAt).toISOString().slice(0, 10)}  ${name}\n`)
    .join('');
}

async function withDaemon<T>(work: (daemon: DaemonClient) => Promise<T>): Promise<T> {
  const folder = configFolder();
  const port = await runningPort(folder);
  if (port === null) {
    throw new PalimpsestError(
      'CONNECTION_LOST',
      'The daemon is not running. Start it with "palimpsest serve".',
    );
  }
  const daemon = await DaemonClient.connect({
    urls: [`ws://127.0.0.1:${port}${RPC_PATH}`],
    token: readFileSync(ownerTokenFile(folder), 'utf8').trim(),
    webSocket: WebSocket,
    maxPause: 0,
  });
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
}
