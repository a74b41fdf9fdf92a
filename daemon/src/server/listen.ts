/** @file Listening on 127.0.0.1 and ::1 with one port: `localhost` may mean either. */

import { createServer, type Server } from 'node:http';
import { PalimpsestError, sentence } from '@palimpsest/protocol';
import { LIMITS, type Timings } from './limits.ts';

const LOOPBACK = ['127.0.0.1', '::1'];

/** The name of both, where the daemon is in any case. */
const LOOPBACK_NAME = 'localhost';

/** All addresses at once. Which of them a request was sent to could not be told then, and the Host list not be kept. */
const EVERYWHERE = /^(0\.0\.0\.0|\*|::|\[::\])$/;

/** There is no such address on this machine, such as ::1 where IPv6 is turned off. */
const NO_ADDRESS: ReadonlySet<string> = new Set(['EADDRNOTAVAIL', 'EAFNOSUPPORT']);

export interface Listening {
  readonly port: number;
  readonly servers: readonly Server[];
}

/**
 * Listens on the first port that is free on all addresses.
 *
 * @param ports 0 is any free port.
 * @param address beside the loopback ones.
 * @throws {PalimpsestError} PORT_TAKEN; OPTION_INVALID when this machine does not have the address, it is none, or the
 *   system does not let this user have the port.
 */
export async function listen(
  ports: readonly number[],
  timings: Timings,
  prepare: (server: Server) => void,
  address?: string,
): Promise<Listening> {
  if (address !== undefined && EVERYWHERE.test(address)) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ address }} is every address of this machine. Name the one to listen on, such as 192.168.1.20.`,
    );
  }
  let forbidden = false;
  for (const wanted of ports) {
    const listening = await listenOn(wanted, timings, prepare, address);
    if (typeof listening === 'object') return listening;
    forbidden ||= listening === 'EACCES';
  }
  const [port] = ports;
  if (forbidden) {
    throw new PalimpsestError(
      'OPTION_INVALID',
      ports.length === 1
        ? sentence`The system does not let you use port ${{ port: port ?? 0 }}: those below 1024 are its own, and others can be reserved. Choose another with --port.`
        : sentence`The system does not let you use all of the ports ${{ ports: ports.map(String) }}: they are reserved. Free them, or choose another with --port.`,
    );
  }
  throw new PalimpsestError(
    'PORT_TAKEN',
    ports.length === 1
      ? sentence`Port ${{ port: port ?? 0 }} is taken by another program. Choose another with --port; plugins find the daemon only on its own ports.`
      : sentence`The ports ${{ ports: ports.map(String) }} are taken by other programs. End one of those; plugins look for the daemon nowhere else.`,
  );
}

/** Returns the code of the error where the port cannot be had. */
async function listenOn(
  wanted: number,
  timings: Timings,
  prepare: (server: Server) => void,
  address: string | undefined,
): Promise<Listening | string> {
  const servers: Server[] = [];
  let port = wanted;
  const beside = address === undefined || address === LOOPBACK_NAME ? [] : [address];
  for (const host of new Set([...LOOPBACK, ...beside])) {
    const server = newServer(timings);
    prepare(server);
    const code = await tryListen(server, host, port);
    if (code === null) {
      servers.push(server);
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) port = bound.port;
    } else if (NO_ADDRESS.has(code) && host === address) {
      for (const other of servers) other.close();
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`This machine does not have the address ${{ address: host }}.`,
      );
    } else if (!NO_ADDRESS.has(code)) {
      for (const other of servers) other.close();
      return code;
    }
  }
  return servers.length > 0 ? { port, servers } : 'EADDRNOTAVAIL';
}

function newServer({ header, answer }: Timings): Server {
  const server = createServer({
    maxHeaderSize: LIMITS.headerBytes,
    // Slow headers and slow bodies are cut off alike.
    headersTimeout: header,
    requestTimeout: header,
    connectionsCheckingInterval: Math.min(1000, header / 2),
    keepAliveTimeout: header,
  });
  // An answer that nobody takes is given up.
  server.timeout = answer;
  return server;
}

/** null, or the code of the error. */
function tryListen(server: Server, host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message);
    server.once('error', failed);
    server.listen({ host, port, ipv6Only: host.includes(':') }, () => {
      server.off('error', failed);
      resolve(null);
    });
  });
}
