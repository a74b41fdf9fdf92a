/** @file All connections: who hears of which job, and whose rate is whose. */

import {
  type ClientInfo,
  PalimpsestError,
  type PendingPairing,
  PROGRAM,
  sentence,
} from '@palimpsest/protocol';
import { Pace } from '../engine/progressReports.ts';
import type { KeptJob } from '../queue/keptJob.ts';
import type { Jobs } from './backend.ts';
import { Budget } from './budget.ts';
import type { Connection } from './connection.ts';
import { Doorstep } from './doorstep.ts';
import { publicJob } from './handlers/jobView.ts';
import { LIMITS, type Timings } from './limits.ts';
import { Share } from './share.ts';

export class Connections {
  private readonly all = new Set<Connection>();
  private readonly strangers = { page: newDoorstep(), program: newDoorstep() };
  /** Places of those that came with a client's ticket: who does not know its key cannot come there. */
  private readonly reserved = new Map<string, Doorstep<Connection>>();
  private readonly shares = new Map<string, Share>();
  private readonly memory = new Budget(LIMITS.allBytes);
  /** Jobs that wait: those that went to another place since their client was told, as they are now; null for others. */
  private readonly moves = new Map<string, KeptJob | null>();
  private readonly tellingMoves: NodeJS.Timeout;
  /** How often the progress of each job is told. */
  private readonly paces = new Map<string, Pace>();

  private readonly jobs: Jobs;
  private readonly timings: Timings;

  constructor(jobs: Jobs, timings: Timings) {
    this.jobs = jobs;
    this.timings = timings;

    jobs.on('change', (record) => this.tellChange(record));
    jobs.on('progress', (record, preview) => this.tellProgress(record, preview?.png));
    this.tellingMoves = setInterval(() => this.tellMoves(), timings.moves).unref();
  }

  /** A stranger, until it says hello. */
  add(connection: Connection): void {
    this.all.add(connection);
    this.doorstepOf(connection).enter(connection);
  }

  remove(connection: Connection): void {
    this.all.delete(connection);
    this.doorstepOf(connection).leave(connection);
  }

  /**
   * It says hello as that client.
   *
   * @throws {PalimpsestError} RATE_LIMITED when it has too many connections.
   */
  welcome(connection: Connection, client: ClientInfo): void {
    const known = [...this.all].filter((other) => other !== connection && other.client !== null);
    const own = known.filter((other) => other.client?.id === client.id);
    // Who has none gets one, however many the others have.
    const isFull = own.length > 0 && known.length >= LIMITS.connections;
    if (own.length >= LIMITS.clientConnections || isFull) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        own.length >= LIMITS.clientConnections
          ? sentence`This client has ${{ connections: own.length }} connections already. Close some.`
          : 'Too many clients are connected. Try again later.',
      );
    }
    this.doorstepOf(connection).leave(connection);
  }

  /** It waits to be let in, among those that wait for their turn (pairingTurns.ts), or does so no more. */
  setPairing(connection: Connection, isPairing: boolean): void {
    if (isPairing) this.doorstepOf(connection).leave(connection);
    else this.doorstepOf(connection).enter(connection);
  }

  /** Kept while the daemon runs: who connects anew has no more than who stays. */
  shareOf({ id }: ClientInfo): Share {
    const share = this.shares.get(id) ?? new Share(this.memory);
    this.shares.set(id, share);
    return share;
  }

  /** Ends the connection that reads slowest, when too much waits in all sockets together. */
  boundBacklog(): void {
    const connections = [...this.all];
    const waiting = connections.reduce((sum, { backlog }) => sum + backlog, 0);
    if (waiting <= LIMITS.allBacklog) return;
    connections.reduce((fullest, other) => (other.backlog > fullest.backlog ? other : fullest)).terminate();
  }

  /** Some connection wants previews of the job, or none any more. */
  updatePreviews(job: string): void {
    this.jobs.wantPreview(
      job,
      [...this.all].some(({ previews }) => previews.has(job)),
    );
  }

  tellPairing(pending: PendingPairing | null): void {
    for (const connection of this.all) {
      if (connection.client?.access === 'owner') connection.notify('pair.changed', { pending });
    }
  }

  revoke(client: string): void {
    this.shares.delete(client);
    this.reserved.delete(client);
    for (const connection of this.of(client)) connection.revoke();
  }

  /** Says goodbye, and ends what does not answer within a second. */
  async close(): Promise<void> {
    clearInterval(this.tellingMoves);
    for (const connection of this.all) connection.goAway();
    const deadline = Date.now() + 1000;
    while (this.all.size > 0 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    for (const connection of this.all) connection.terminate();
  }

  private doorstepOf({ origin, ticketOf }: Connection): Doorstep<Connection> {
    if (ticketOf !== null) {
      const own = this.reserved.get(ticketOf) ?? newDoorstep(LIMITS.clientConnections);
      this.reserved.set(ticketOf, own);
      return own;
    }
    return origin === PROGRAM ? this.strangers.program : this.strangers.page;
  }

  private of(client: string): Connection[] {
    return [...this.all].filter((connection) => connection.client?.id === client);
  }

  private listenersTo({ owner }: KeptJob): Connection[] {
    return [...this.all].filter(({ client }) => client?.id === owner || client?.access === 'owner');
  }

  private tellChange(record: KeptJob): void {
    // Each job that begins moves all that wait.
    if (record.state === 'queued' && this.moves.has(record.id)) {
      this.moves.set(record.id, record);
      return;
    }
    if (record.state === 'queued') this.moves.set(record.id, null);
    else this.moves.delete(record.id);
    const over = record.finishedAt !== undefined;
    if (over) this.paces.delete(record.id);
    for (const connection of this.listenersTo(record)) {
      connection.notify('job.changed', { job: publicJob(record) });
      if (over) connection.previews.delete(record.id);
    }
  }

  /** Only to whom they belong. */
  private tellMoves(): void {
    for (const [id, record] of this.moves) {
      if (record === null) continue;
      this.moves.set(id, null);
      for (const connection of this.of(record.owner))
        connection.notify('job.changed', { job: publicJob(record) });
    }
  }

  private tellProgress(record: KeptJob, png: Uint8Array | undefined): void {
    const { id, progress } = record;
    const pace = this.paces.get(id) ?? new Pace(this.timings.progress);
    this.paces.set(id, pace);
    const due = progress !== undefined && pace.isDue(progress);
    for (const connection of this.listenersTo(record)) {
      if (due) connection.notifyIfIdle('job.progress', { id, progress });
      if (png !== undefined) connection.sendPreview(id, png);
    }
  }
}

const newDoorstep = (places: number = LIMITS.strangers) =>
  new Doorstep<Connection>(places, (connection) => connection.displace());
