/** Many clients at once of a daemon that runs in a process of its own: each paired, each with a socket of its own. */

import {
  type BlobHash,
  DaemonClient,
  type JobRecord,
  PairingRequest,
  type RemoteJob,
} from '@palimpsest/protocol';
import { WebSocket } from 'ws';
import type { StartedDaemon } from './daemon.ts';

/** Resident memory in bytes. */
export interface DaemonMemory {
  readonly daemon: number;
  readonly engine: number;
}

/** Lets a client in as a person does: with the code that the daemon shows. Returns its token. */
export async function letIn({ port, output }: StartedDaemon, name: string): Promise<string> {
  const urls = [`ws://127.0.0.1:${port}/rpc`];
  const request = await PairingRequest.open({ urls, webSocket: WebSocket, name });
  for (;;) {
    const [, code] = new RegExp(`"${name}" wants to connect.*:  (\\d{6})`).exec(output()) ?? [];
    if (code !== undefined) return request.confirm(code);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

export class Crowd {
  private readonly clients: readonly DaemonClient[];

  private constructor(clients: readonly DaemonClient[]) {
    this.clients = clients;
  }

  static async connect(daemon: StartedDaemon, count: number): Promise<Crowd> {
    const urls = [`ws://127.0.0.1:${daemon.port}/rpc`];
    const clients: DaemonClient[] = [];
    for (let i = 0; i < count; i++) {
      const token = await letIn(daemon, `client ${i}`);
      clients.push(await DaemonClient.connect({ urls, token, webSocket: WebSocket }));
    }
    return new Crowd(clients);
  }

  /**
   * Lets every client submit jobs without waiting for an answer, all at once.
   *
   * @returns for each client its finished jobs, in the order in which they were sent.
   */
  run(
    each: number,
    submit: (client: DaemonClient, which: number) => Promise<RemoteJob>,
  ): Promise<JobRecord[][]> {
    return Promise.all(
      this.clients.map(async (client) => {
        const jobs = await Promise.all(Array.from({ length: each }, (_, which) => submit(client, which)));
        return Promise.all(
          jobs.map(async (job) => {
            await job.finished();
            return (await client.call('jobs.get', { id: job.id })).job;
          }),
        );
      }),
    );
  }

  /** Lets each client give the daemon a picture. */
  async put(picture: Uint8Array<ArrayBuffer>): Promise<BlobHash> {
    const [image] = await Promise.all(this.clients.map((client) => client.putImage(picture)));
    return image!;
  }

  /** As the daemon tells it. */
  async memory(): Promise<DaemonMemory> {
    const { memory, engine } = await this.clients[0]!.call('status', {});
    return { daemon: memory.daemonBytes, engine: engine.rssBytes };
  }

  close(): void {
    for (const client of this.clients) client.close();
  }
}

/** Whether the jobs of each client began in the order in which it had sent them. */
export const inOrder = (jobs: readonly (readonly JobRecord[])[]): boolean =>
  jobs.every((own) => own.every(({ startedAt }, i) => i === 0 || startedAt! >= own[i - 1]!.startedAt!));
