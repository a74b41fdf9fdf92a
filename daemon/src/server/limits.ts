/** @file What one client may cost the daemon, and how long it may take. Times are in ms. */

import { MAX_TRANSFER_BYTES, MAX_TRANSFERS } from '@palimpsest/protocol';

export const LIMITS = {
  /** Connections of all clients: fifty of them, twice over. */
  connections: 128,
  /** Connections of one client. */
  clientConnections: 32,
  /** Sockets on which no connection was asked for yet; those that fetch pages are among them. */
  unopened: 512,
  /** Connections that have not said hello: of pages, and as many of programs. */
  strangers: 128,
  /** Connections that wait to be let in, of each kind of place: one browser opens no more than 255 to one address. */
  pairings: 256,
  /** Messages that a stranger may send, and their bytes together: pairing takes eight at most. */
  strangerMessages: 12,
  strangerBytes: 64 * 1024,
  /** Pieces in which one message of a stranger may come: a network cuts it in some fifty. */
  strangerPieces: 128,
  /** Requests of one client: so many at once, and so many a second. */
  burst: 200,
  requestsPerSecond: 100,
  /** Bytes of those: so many at once, and so many a second. Pictures go as frames. */
  textBurst: 64 * 2 ** 20,
  textPerSecond: 16 * 2 ** 20,
  /** Bytes of answers to one client: so many at once, and so many a second. */
  answerBurst: 16 * 2 ** 20,
  answersPerSecond: 4 * 2 ** 20,
  /** Transfers that one client begins: so many at once, and so many a second. */
  transferBurst: 1000,
  transfersPerSecond: 500,
  /** Requests of one client that are being answered. */
  inFlight: 128,
  /** Of one client, that wait for a turn at the engine beside jobs: attention maps, models. */
  waitingForEngine: 8,
  /** Refusals at once before a connection that does not listen is closed, and how many a second are forgotten. */
  refusals: 100,
  forgivenPerSecond: 1,
  /** Pings and pongs of a connection: so many at once, and so many a second. */
  controlFrames: 100,
  controlFramesPerSecond: 10,
  /** Pictures on their way over one connection, and their bytes together. */
  transfers: MAX_TRANSFERS,
  transferBytes: MAX_TRANSFER_BYTES,
  /** Bytes of pictures in memory: of one client, no more than are left for others, and of all together. */
  clientBytes: 2 * MAX_TRANSFER_BYTES,
  allBytes: 384 * 2 ** 20,
  /** Bytes on disk that are kept for the waiting jobs of one client: a quarter of what there is. */
  heldBytes: 256 * 2 ** 20,
  /** A transfer has to be this quick, in bytes a second, beyond its patience. */
  transferPace: 256 * 1024,
  /** A chunk that is smaller, and not the last, counts as a transfer; in bytes. */
  smallChunk: 16 * 1024,
  /** Previews are dropped while so much waits in a socket; in bytes. */
  previewBacklog: 2 ** 20,
  /** A socket in which more waits is ended; in bytes. */
  backlog: 8 * 2 ** 20,
  /** When more waits in all sockets together, the fullest is ended; in bytes. */
  allBacklog: 64 * 2 ** 20,
  /** Values within values in a message. */
  depth: 32,
  /** Values in a request: an edit that weighs each of its words has some 500. */
  values: 1000,
  /** Of one HTTP request's header, in bytes. */
  headerBytes: 8 * 1024,
} as const;

export interface Timings {
  /** From connecting to hello. */
  readonly hello: number;
  /** Between two pings; a connection that has not answered the last one is ended. */
  readonly heartbeat: number;
  /** For the header of an HTTP request. */
  readonly header: number;
  /** An answer to an HTTP request of which so long nothing is taken is given up. */
  readonly answer: number;
  /** Without a frame, a transfer is given up. */
  readonly transfer: number;
  /** Between two progress notifications of a job. */
  readonly progress: number;
  /** Between two notifications of a waiting job's place. */
  readonly moves: number;
}

export const TIMINGS: Timings = {
  hello: 5_000,
  heartbeat: 30_000,
  header: 5_000,
  answer: 10_000,
  transfer: 30_000,
  progress: 100,
  moves: 1000,
};
