/**
 * @file What a stranger may have sent before it says hello: parts of a message are kept until it is whole, and each piece
 * in which they come costs memory of its own, however small it is.
 */

import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { LIMITS } from './limits.ts';

/**
 * Ends a socket that sends too much, in too many pieces, or a message that does not become whole in time.
 *
 * @param raw what the socket reads from.
 * @param patience for one message, in ms.
 * @returns stops it: who it is is known.
 */
export function boundStranger(socket: WebSocket, raw: Duplex, patience: number): () => void {
  let bytes = 0;
  let pieces = 0;
  let deadline: NodeJS.Timeout | undefined;
  const hear = (piece: Buffer) => {
    bytes += piece.length;
    pieces += 1;
    deadline ??= setTimeout(() => raw.destroy(), patience).unref();
    if (bytes > LIMITS.strangerBytes || pieces > LIMITS.strangerPieces) raw.destroy();
  };
  const isWhole = () => {
    pieces = 0;
    clearTimeout(deadline);
    deadline = undefined;
  };
  const whole = ['message', 'ping', 'pong'] as const;
  // Before ws, which says at once what has become whole with a piece.
  raw.prependListener('data', hear);
  for (const event of whole) socket.on(event, isWhole);
  const stop = () => {
    isWhole();
    raw.off('data', hear);
    for (const event of whole) socket.off(event, isWhole);
  };
  socket.on('close', stop);
  return stop;
}
