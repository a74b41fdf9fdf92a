/** @file JSON-RPC: from the text of a message to the text of its answer. */

import {
  METHODS,
  type MethodName,
  type MethodSpec,
  PalimpsestError,
  type Params,
  type Result,
  sentence,
} from '@palimpsest/protocol';
import {
  createJSONRPCErrorResponse,
  type JSONRPCErrorResponse,
  type JSONRPCID,
  type JSONRPCResponse,
  JSONRPCServer,
} from 'json-rpc-2.0';
import type { Logger } from 'pino';
import type { Caller } from './caller.ts';
import { InvalidParams, wireError } from './errorMapping.ts';
import { isRefusal, type Refusal, type Request, readMessage } from './framer.ts';
import { LIMITS } from './limits.ts';

/** A function for every method of the protocol; one that is missing does not compile. */
export type Handlers = {
  readonly [M in MethodName]: (params: Params<M>, caller: Caller) => Result<M> | Promise<Result<M>>;
};

type Answer = JSONRPCResponse | Refusal;

/** The name that OpenRPC gives it. */
const DISCOVER = 'rpc.discover';

export class Rpc {
  // Errors are mapped below; the library's own listener would print them.
  private readonly server = new JSONRPCServer<Caller>({ errorListener: () => {} });
  private readonly methods: ReadonlyMap<string, MethodSpec> = new Map(Object.entries(METHODS));

  private readonly log: Logger;

  /** @param document what rpc.discover answers. */
  constructor(handlers: Handlers, document: () => object, log: Logger) {
    this.log = log;

    this.server.mapErrorToJSONRPCErrorResponse = (id, error) => this.failure(id, error);
    this.server.addMethod(DISCOVER, document);
    for (const [name, spec] of this.methods) {
      const handle = handlers[name as MethodName] as (params: unknown, caller: Caller) => unknown;
      this.server.addMethod(name, async (params, caller) => {
        const parsed = spec.params.safeParse(params);
        if (!parsed.success) {
          caller.countRefusal();
          throw new InvalidParams(spec.params, params ?? {}, parsed.error.issues);
        }
        // What we answer keeps to the schema too: a fault in that is ours, and becomes -32603.
        return spec.result.parse(await handle(parsed.data, caller));
      });
    }
  }

  /** The answer, or null where nothing is to be said. Never throws. */
  async answer(text: string, caller: Caller): Promise<string | null> {
    const { entries, batch } = readMessage(text);
    const isAlone = entries.length === 1;
    const answers = await Promise.all(entries.map((entry) => this.answerOne(entry, caller, isAlone)));
    const said = answers.filter((answer) => answer !== null);
    if (said.length === 0) return null;
    const texts = said.map(textOf);
    caller.share?.answers.spend(texts.reduce((sum, { length }) => sum + length, 0));
    return batch ? `[${texts.join()}]` : texts[0]!;
  }

  private async answerOne(
    entry: Request | Refusal,
    caller: Caller,
    isAlone: boolean,
  ): Promise<Answer | null> {
    if (isRefusal(entry)) {
      caller.countRefusal();
      return entry;
    }
    const { id, method } = entry;
    try {
      this.admit(entry, caller, isAlone);
    } catch (error) {
      caller.countRefusal();
      return id === undefined ? null : this.failure(id, error);
    }
    if (!this.methods.has(method) && method !== DISCOVER) {
      caller.countRefusal();
      const told = sentence`There is no method "${{ method }}". ${{ see: DISCOVER }} lists what can be called.`;
      return id === undefined ? null : this.failure(id, new PalimpsestError('METHOD_UNKNOWN', told));
    }
    if (id === undefined && this.methods.get(method)?.onlyReads === true) return null;
    if (id !== undefined) caller.inFlight.add(id);
    const { share } = caller;
    // A notification is work too, though nobody is told of its end.
    if (share !== null) share.answering++;
    try {
      return await this.server.receive(entry, caller);
    } finally {
      if (id !== undefined) caller.inFlight.delete(id);
      if (share !== null) share.answering--;
    }
  }

  /** @throws {PalimpsestError} NOT_AUTHORISED, RATE_LIMITED */
  private admit({ method, id }: Request, caller: Caller, isAlone: boolean): void {
    const access = this.methods.get(method)?.access ?? 'client';
    // Of a stranger's batch nothing is looked at: it could try many tokens at once, or ask for many codes.
    if (caller.client === null && !(access === 'anyone' && isAlone)) {
      const told = isAlone ? 'Say hello with a token first.' : 'Say hello first, in a message of its own.';
      caller.turnAway(told);
      throw new PalimpsestError('NOT_AUTHORISED', told);
    }
    if (access === 'owner' && caller.client?.access !== 'owner') {
      throw new PalimpsestError('NOT_AUTHORISED', 'Only the owner of the daemon may do this.');
    }
    const { share } = caller;
    if (share !== null && !share.rate.take()) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        sentence`More than ${{ most: LIMITS.requestsPerSecond }} requests a second. Wait for job.changed instead of asking again and again.`,
      );
    }
    if (share?.answers.isSpent()) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        'The answers to this client are more than it may have. Wait a moment, and ask for less.',
      );
    }
    const isTwin = id !== undefined && caller.inFlight.has(id);
    if (isTwin || (share !== null && share.answering >= LIMITS.inFlight)) {
      throw new PalimpsestError(
        'RATE_LIMITED',
        sentence`A request with that id, or ${{ most: LIMITS.inFlight }} requests, are being answered. Wait for the answers.`,
      );
    }
  }

  private failure(id: JSONRPCID, error: unknown): JSONRPCErrorResponse {
    const { code, message, data } = wireError(error, this.log);
    return createJSONRPCErrorResponse(id, code, message, data);
  }
}

/** An answer as JSON, with the id as it was written. */
const textOf = ({ id, error, result = null }: Answer & Pick<JSONRPCResponse, 'result'>): string => {
  const said = JSON.stringify(error === undefined ? { result } : { error });
  return `{"jsonrpc":"2.0","id":${id},${said.slice(1)}`;
};
