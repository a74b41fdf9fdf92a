/**
 * @file Errors on their way out: known ones keep their code, facts and sentence; details of unknown ones stay in the
 * log.
 */

import { factsOf, JSON_RPC_ERRORS, PalimpsestError, RPC_ERROR_NUMBERS, render } from '@palimpsest/protocol';
import type { Logger } from 'pino';
import type * as z from 'zod/mini';
import { newId } from './secrets.ts';

/** An error object of JSON-RPC. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data?: object;
}

/** Params that do not fit the schema of their method. */
export class InvalidParams extends Error {
  readonly issues: readonly z.core.$ZodIssue[];

  constructor(issues: readonly z.core.$ZodIssue[]) {
    super('The params do not fit their schema.');
    this.issues = issues;
  }
}

/** What a client is told of an error. */
export function wireError(error: unknown, log: Logger): WireError {
  if (error instanceof InvalidParams) return invalidParams(error);
  if (error instanceof PalimpsestError && error.code !== 'INTERNAL') {
    const { code, sentence } = error;
    const message = render(sentence, 'outside');
    return { code: RPC_ERROR_NUMBERS[code], message, data: { code, facts: factsOf(sentence, 'outside') } };
  }
  const logId = newId();
  log.error({ logId, err: error }, 'a request failed for a reason of ours');
  return {
    code: JSON_RPC_ERRORS.internal,
    message: `The daemon has failed. Its log says why, under ${logId}.`,
    data: { code: 'INTERNAL', logId },
  };
}

/** An answer is not the longer for a request that is all wrong. */
const MAX_FAULTS = 10;
const MAX_SENTENCE = 200;

function invalidParams({ issues }: InvalidParams): WireError {
  const faults = issues.slice(0, MAX_FAULTS).map((issue) => ({
    path: pathOf(issue),
    // Some name everything that was given.
    message: issue.message.slice(0, MAX_SENTENCE),
  }));
  const [{ path, message }] = faults as [{ path: string; message: string }];
  return {
    code: JSON_RPC_ERRORS.invalidParams,
    message: `${path}: ${message}. See the schema in rpc.discover.`,
    data: { code: 'OPTION_INVALID', path, faults },
  };
}

/** Such as `edit.weights[0].word`; of an unknown key, where it is. */
function pathOf(issue: z.core.$ZodIssue): string {
  const keys = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0]!] : issue.path;
  const path = keys
    .map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key).slice(0, 64)}`))
    .join('');
  return path.replace(/^\./, '') || 'params';
}
