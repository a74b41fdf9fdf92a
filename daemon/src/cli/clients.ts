/** @file `palimpsest clients`: lists the clients that were let in, or removes one. Talks to the running daemon. */

import { type DaemonClient, PalimpsestError, sentence, shownName } from '@palimpsest/protocol';
import { Command } from 'commander';
import { runningDaemon } from '../server/lock.ts';
import { configFolder } from '../settings/config.ts';
import { connectAsOwner } from './ownerConnection.ts';
import { wantsJson } from './report.ts';

export function clientsCommand(): Command {
  return new Command('clients')
    .summary('list the plugins that were let in, or revoke one')
    .description('Lists the plugins and programs that were let in, or takes back the token of one.')
    .option('--revoke <id>', 'take back the token of this client; its jobs are cancelled')
    .action(async ({ revoke }: { revoke?: string }, command: Command) => {
      process.stdout.write(await withDaemon((daemon) => run(daemon, revoke, wantsJson(command))));
    });
}

async function run(daemon: DaemonClient, revoke: string | undefined, json: boolean): Promise<string> {
  if (revoke !== undefined) {
    const { revoked } = await daemon.call('clients.revoke', { id: revoke });
    if (!revoked)
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`There is no client ${{ id: revoke }}. "palimpsest clients" lists them.`,
      );
    return json ? `${JSON.stringify({ revoked })}\n` : 'Revoked. Its connections are closed.\n';
  }
  const { clients } = await daemon.call('clients.list', {});
  if (json) return `${JSON.stringify({ clients })}\n`;
  if (clients.length === 0) return 'No plugin is paired.\n';
  return clients
    .map(
      ({ id, name, createdAt }) =>
        `${id}  ${new Date(createdAt).toISOString().slice(0, 10)}  ${shownName(name)}\n`,
    )
    .join('');
}

async function withDaemon<T>(work: (daemon: DaemonClient) => Promise<T>): Promise<T> {
  const running = await runningDaemon(configFolder());
  if (running === null) {
    throw new PalimpsestError(
      'CONNECTION_LOST',
      'The daemon is not running. Start it with "palimpsest serve".',
    );
  }
  const daemon = await connectAsOwner(running);
  try {
    return await work(daemon);
  } finally {
    daemon.close();
  }
}
