/**
 * @file The log: JSON lines on stderr. It never holds prompts or pictures, and secrets are cut out if any should get
 * in.
 */

import pino, { type Logger } from 'pino';
import { Outlet } from '../files/outlet.ts';
import { RateLimit } from './rateLimit.ts';

const SECRETS = ['token', 'code', 'tokenHash', 'authorization', 'prompt', 'source', 'target', 'data'];

/** Lines at once, and in a second from then on: strangers make the daemon write them. */
const LINES = 500;
const LINES_PER_SECOND = 20;

export function newLog(level: string): Logger {
  const rate = new RateLimit(LINES, LINES_PER_SECOND);
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: SECRETS.flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '(not logged)',
      },
    },
    new Outlet(process.stderr, () => rate.take()),
  );
}
