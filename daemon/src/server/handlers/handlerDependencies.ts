/** @file What the handlers of all methods share. */

import type { ClientInfo } from '@palimpsest/protocol';
import type { Backend } from '../backend.ts';
import type { Belongings } from '../belongings.ts';
import type { Clients } from '../clients.ts';
import type { Connections } from '../connections.ts';
import type { FairTurns } from '../fairTurns.ts';
import type { Pairing } from '../pairing.ts';
import type { Pictures } from '../pictures.ts';
import type { Handlers } from '../rpc.ts';

export interface HandlerDependencies {
  readonly backend: Backend;
  readonly pictures: Pictures;
  readonly belongings: Belongings;
  readonly clients: Clients;
  readonly pairing: Pairing;
  readonly connections: Connections;
  /** At the engine, for what is no job. */
  readonly turns: FairTurns;
  /** Tells the person that a client was let in. */
  readonly onPaired: (client: ClientInfo) => void;
  /** That the daemon listens on. */
  readonly port: () => number;
  /** Of the daemon. */
  readonly version: string;
  /** In ms since 1970. */
  readonly startedAt: number;
}

/** The handlers of some methods, by name. */
export type Part<Prefix extends string> = Pick<Handlers, Extract<keyof Handlers, Prefix>>;
