/** @file The log: JSON lines on stderr. No prompts and no pictures go in; secrets are cut out should they ever. */

import pino, { type Logger } from 'pino';

const SECRETS = ['token', 'code', 'tokenHash', 'authorization', 'prompt', 'source', 'target', 'data'];

export function newLog(level: string): Logger {
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
    pino.destination({ fd: 2, sync: true }),
  );
}
