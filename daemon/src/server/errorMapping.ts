/**
 * @file Errors on their way out: known ones keep their code, facts and sentence; details of unknown ones stay in the
 * log.
 */

import {
  type ErrorCode,
  factsOf,
  JSON_RPC_ERRORS,
  PalimpsestError,
  type ParamFault,
  RPC_ERROR_NUMBERS,
  render,
  type Sentence,
  sentence,
} from '@palimpsest/protocol';
import { wantedBy } from '@palimpsest/protocol/wanted';
import type { Logger } from 'pino';
import type * as z from 'zod/mini';
import { newId } from './secrets.ts';

/** An error object of JSON-RPC. */
export interface WireError {
  readonly code: number;
  readonly message: string;
  readonly data: { readonly code: ErrorCode; readonly facts: object };
}

/** Params that do not fit the schema of their method. */
export class InvalidParams extends Error {
  readonly schema: z.ZodMiniObject;
  readonly given: object;
  readonly issues: readonly z.core.$ZodIssue[];

  constructor(schema: z.ZodMiniObject, given: object, issues: readonly z.core.$ZodIssue[]) {
    super('The params do not fit their schema.');
    this.schema = schema;
    this.given = given;
    this.issues = issues;
  }
}

/**
 * An error of ours as an error object.
 *
 * @param number where JSON-RPC has one of its own for the case.
 */
export const toldOutside = (
  code: ErrorCode,
  told: Sentence,
  number = RPC_ERROR_NUMBERS[code],
): WireError => ({
  code: number,
  message: render(told, 'outside'),
  data: { code, facts: factsOf(told, 'outside') },
});

/** What a client is told of an error. */
export function wireError(error: unknown, log: Logger): WireError {
  if (error instanceof InvalidParams) return invalidParams(error);
  if (error instanceof PalimpsestError && error.code !== 'INTERNAL') {
    return toldOutside(error.code, error.sentence);
  }
  const logId = newId();
  log.error({ logId, err: error }, 'a request failed for a reason of ours');
  const { code, message, data } = toldOutside(
    'INTERNAL',
    sentence`The daemon has failed. Its log says why, under ${{ logId }}.`,
  );
  return { code, message, data: { ...data, ...{ logId } } };
}

/** An answer is not the longer for a request that is all wrong. */
const MAX_FAULTS = 10;
const MAX_SENTENCE = 300;

function invalidParams({ schema, given, issues }: InvalidParams): WireError {
  const faults = issues.slice(0, MAX_FAULTS).map((issue): ParamFault => {
    const wanted = wantedBy(schema, issue, given);
    const message = render(wanted, 'outside').slice(0, MAX_SENTENCE);
    return { path: pathOf(issue), message, facts: factsOf(wanted, 'outside') };
  });
  const [{ path, message, facts }] = faults as [ParamFault];
  return {
    code: JSON_RPC_ERRORS.invalidParams,
    message: `${path}: ${message.replace(/\.$/, '')}. See the schema in rpc.discover.`,
    data: { code: 'OPTION_INVALID', facts: { path, ...facts }, ...{ path, faults } },
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
