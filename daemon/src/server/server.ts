/** @file The server: HTTP and WebSocket in front of the queue. */

import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ClientInfo,
  MAX_MESSAGE_BYTES,
  openRpcDocument,
  type PendingPairing,
  PROGRAM,
  RPC_PATH,
} from '@palimpsest/protocol';
import type { Logger } from 'pino';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Backend } from './backend.ts';
import { Belongings } from './belongings.ts';
import type { Clients } from './clients.ts';
import { Connection } from './connection.ts';
import { Connections } from './connections.ts';
import { Doorstep } from './doorstep.ts';
import { FairTurns } from './fairTurns.ts';
import { allHandlers } from './handlers/all.ts';
import { LIMITS, TIMINGS, type Timings } from './limits.ts';
import { listen } from './listen.ts';
import { type AccessLists, accessLists } from './origins.ts';
import { pageServer, refusalOf } from './pages.ts';
import { Pairing } from './pairing.ts';
import { Pictures } from './pictures.ts';
import { Rpc } from './rpc.ts';
import { boundStranger } from './strangerBytes.ts';
import { Tickets } from './tickets.ts';

export interface ServerOptions {
  readonly backend: Backend;
  readonly clients: Clients;
  readonly log: Logger;
  /** Of the daemon. */
  readonly version: string;
  /** To try in order; 0 is any free one. */
  readonly ports: readonly number[];
  /** To listen on beside the loopback addresses. */
  readonly address?: string;
  /** Pages that may talk to the daemon, beside those of our plugins. */
  readonly origins?: readonly string[];
  readonly timings?: Partial<Timings>;
  /** Shows the code of a pairing to the person. */
  readonly onPairing?: (pending: PendingPairing | null) => void;
  /** Tells the person that a client was let in. */
  readonly onPaired?: (client: ClientInfo) => void;
}

export interface RunningServer {
  readonly port: number;
  readonly pairing: Pairing;
  close(): Promise<void>;
}

/** @throws {PalimpsestError} PORT_TAKEN, OPTION_INVALID */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { backend, clients, log, version } = options;
  const timings: Timings = { ...TIMINGS, ...options.timings };
  // Before the connections: whoever is told of a result may ask for it at once.
  const belongings = new Belongings(backend.ownership, backend.jobs);
  const connections = new Connections(backend.jobs, timings);
  const pairing = new Pairing((pending) => {
    connections.tellPairing(pending);
    options.onPairing?.(pending);
  });
  const pictures = new Pictures(backend.blobs, belongings);
  let document: object = {};
  const onPaired = options.onPaired ?? (() => {});
  const turns = new FairTurns(LIMITS.waitingForEngine);
  let port = 0;
  const dependencies = {
    ...{ backend, pictures, belongings, clients, pairing, connections, turns, onPaired, version },
    port: () => port,
    startedAt: Date.now(),
  };
  const rpc = new Rpc(allHandlers(dependencies), () => document, log);

  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MAX_MESSAGE_BYTES,
    perMessageDeflate: false,
    // A frame of ours comes whole; a browser may cut one in a few.
    maxFragments: 64,
    // Of a frame of ours each has 1.4 kB or more; each costs memory of its own.
    maxBufferedChunks: 4096,
  });
  const accept = (
    socket: WebSocket,
    raw: Duplex,
    { origin = PROGRAM, 'user-agent': agent = '' }: IncomingMessage['headers'],
    ticketOf: string | null,
  ) => {
    const letIn = boundStranger(socket, raw, timings.hello);
    const connection: Connection = new Connection({
      socket,
      origin,
      agent,
      ticketOf,
      rpc,
      pictures,
      timings,
      log,
      welcome: (client) => {
        connections.welcome(connection, client);
        letIn();
        return connections.shareOf(client);
      },
      onPairing: (isPairing) => connections.setPairing(connection, isPairing),
      onBacklog: () => connections.boundBacklog(),
      onPreviewsChanged: (job) => connections.updatePreviews(job),
    });
    connections.add(connection);
    socket.on('close', () => connections.remove(connection));
  };

  const tickets = new Tickets(clients);
  let lists: AccessLists = accessLists(0);
  const unopened = new Doorstep<Duplex>(LIMITS.unopened, (socket) => socket.destroy());
  const answering = new WeakSet<Socket>();
  const servePage = pageServer({ version, document: () => document }, () => lists, log);
  const prepare = (server: Server) => {
    server.on('connection', (socket: Socket) => {
      unopened.enter(socket);
      socket.on('close', () => unopened.leave(socket));
    });
    server.on('request', (request, response) => {
      // No browser asks before it has its answer; what is asked so would wait in memory, with all its answers.
      if (answering.has(request.socket)) return request.socket.destroy();
      answering.add(request.socket);
      response.on('close', () => answering.delete(request.socket));
      unopened.enter(request.socket);
      servePage(request, response);
    });
    // Node would answer these by itself, past all of this. No browser sends them.
    for (const event of ['checkContinue', 'checkExpectation'])
      server.on(event, (request: IncomingMessage) => request.socket.destroy());
    server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      socket.on('error', () => socket.destroy());
      const refusal = upgradeRefusal(request, lists);
      if (refusal === undefined) {
        const open = (ticketOf: string | null) => {
          unopened.leave(socket);
          sockets.handleUpgrade(request, socket, head, (ws) => accept(ws, socket, request.headers, ticketOf));
        };
        const [, ticket] = ADDRESS.exec(request.url ?? '') ?? [];
        if (ticket === undefined) open(null);
        else void tickets.take(ticket, port).then(open);
        return;
      }
      socket.once('finish', () => socket.destroy());
      log.warn({ ...refusal, origin: request.headers.origin?.slice(0, 100) }, 'a connection was refused');
      const body = `${refusal.reason}\n`;
      socket.end(
        `HTTP/1.1 ${refusal.status} Refused\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
      );
    });
  };
  const listening = await listen(options.ports, timings, prepare, options.address);
  const { servers } = listening;
  port = listening.port;
  document = openRpcDocument(version, [port]);
  lists = accessLists(port, options.address, options.origins);

  return {
    port,
    pairing,
    close: async () => {
      const closed = servers.map((server) => new Promise((resolve) => server.close(resolve)));
      await connections.close();
      for (const server of servers) server.closeAllConnections();
      await Promise.all(closed);
    },
  };
}

/** Of the socket. Who has a token writes a ticket, and comes to a place that strangers cannot take. */
const ADDRESS = new RegExp(`^${RPC_PATH}(?:/([0-9a-f.]{1,200}))?$`);

function upgradeRefusal(
  request: IncomingMessage,
  lists: AccessLists,
): { status: number; reason: string } | undefined {
  const refusal = refusalOf(request, lists);
  if (refusal !== undefined) return refusal;
  if (!ADDRESS.test(request.url ?? '')) return { status: 404, reason: `Clients connect to ${RPC_PATH}.` };
  return undefined;
}
