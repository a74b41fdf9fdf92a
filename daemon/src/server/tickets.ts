/**
 * @file Tickets to the places that are kept for clients (protocol/src/proof.ts). A client shows in the address that it
 * knows its key, before it is connected. So a stranger that has overheard a client's name cannot fill its places.
 */

import { TICKET_LIFE, writeTicket } from '@palimpsest/protocol';
import type { Clients } from './clients.ts';
import { sameSecret } from './secrets.ts';

const TICKET = /^([0-9a-f]{32})\.(\d{1,15})\.([0-9a-f]{64})\.[0-9a-f]{64}$/;
/** Used tickets that are remembered; with more clients at one moment, the next comes in as a stranger. */
const MOST = 10_000;

export class Tickets {
  /** Until when nobody may use them again, in ms since 1970; the oldest first. */
  private readonly used = new Map<string, number>();

  private readonly clients: Clients;

  constructor(clients: Clients) {
    this.clients = clients;
  }

  /**
   * Takes a ticket. Whoever has none, or one that is used, old or of another port, is a stranger.
   *
   * @param port of the daemon.
   * @returns the id of the client, or null.
   */
  async take(ticket: string, port: number): Promise<string | null> {
    const [, name = '', time, nonce = ''] = TICKET.exec(ticket) ?? [];
    if (time === undefined || Math.abs(Date.now() - Number(time)) > TICKET_LIFE) return null;
    const client = await this.clients.named(name);
    if (client === null) return null;
    const right = await writeTicket(client.key, { name, port, time: Number(time), nonce });
    if (!sameSecret(right, ticket)) return null;
    this.forgetOld();
    if (this.used.has(ticket) || this.used.size >= MOST) return null;
    this.used.set(ticket, Date.now() + 2 * TICKET_LIFE);
    return client.id;
  }

  private forgetOld(): void {
    for (const [ticket, until] of this.used) {
      if (until > Date.now()) break;
      this.used.delete(ticket);
    }
  }
}
