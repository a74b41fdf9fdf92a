/** @file One connection to the daemon, from open to close: calls, notifications, frames. */

import { JSONRPCClient, type JSONRPCResponse } from 'json-rpc-2.0';
import * as z from 'zod/mini';
import { ERROR_CODES, type ErrorCode, PalimpsestError } from '../errors.ts';
import { decodeFrame, encodeFrame, type Frame, type FrameError } from '../frames.ts';
import type { MethodName, ParamsInput, Result } from '../methods.ts';
import { JSON_RPC_ERRORS } from '../rpcErrors.ts';
import { Facts, type Sentence, verbatim } from '../sentence.ts';
import type { SocketLike } from './socket.ts';

/** Hears what the daemon says on its own. */
export interface Listener {
  onNotification(name: string, params: unknown): void;
  onFrame(frame: Frame): void;
  onClose(reason: PalimpsestError): void;
}

export class Connection {
  private readonly rpc: JSONRPCClient;
  private closed: PalimpsestError | null = null;

  private readonly socket: SocketLike;
  private readonly listener: Listener;

  constructor(socket: SocketLike, listener: Listener) {
    this.socket = socket;
    this.listener = listener;

    this.rpc = new JSONRPCClient((request) => socket.send(JSON.stringify(request)));
    socket.addEventListener('message', ({ data }) => this.receive(data));
    socket.addEventListener('close', ({ code, reason }) => this.end(code, reason));
  }

  /**
   * Calls a method.
   *
   * @throws {PalimpsestError} with the daemon's code and sentence; CONNECTION_LOST when the socket closes first.
   */
  async call<M extends MethodName>(method: M, params: ParamsInput<M>): Promise<Result<M>> {
    if (this.closed !== null) throw this.closed;
    try {
      return await this.rpc.request(method, params);
    } catch (error) {
      throw this.closed ?? errorOf(error);
    }
  }

  sendFrame(frame: Frame): void {
    if (this.closed !== null) throw this.closed;
    this.socket.send(encodeFrame(frame));
  }

  close(): void {
    this.socket.close(1000);
  }

  private receive(data: unknown): void {
    const said = read(data);
    // No daemon says that.
    if (said === null) this.socket.close(1002);
    else if ('frame' in said) this.listener.onFrame(said.frame);
    else if (typeof said.method === 'string') this.listener.onNotification(said.method, said.params);
    else this.rpc.receive(said as JSONRPCResponse);
  }

  private end(code: number, reason: string): void {
    this.closed = new PalimpsestError(
      code >= 4400 && code < 4410 ? 'NOT_AUTHORISED' : 'CONNECTION_LOST',
      verbatim(reason || 'The connection to the daemon is gone.'),
    );
    this.rpc.rejectAllPendingRequests(this.closed.message);
    this.listener.onClose(this.closed);
  }
}

type Said = { readonly frame: Frame } | { readonly method?: unknown; readonly params?: unknown };

/** A message, or null where it is none of the protocol: it may come from anybody. */
function read(data: unknown): Said | null {
  try {
    if (data instanceof ArrayBuffer) return { frame: decodeFrame(new Uint8Array(data)) };
    const message: unknown = JSON.parse(String(data));
    return typeof message === 'object' ? message : null;
  } catch {
    return null;
  }
}

const Faults = z.array(z.strictObject({ path: z.string(), message: z.string(), facts: Facts }));
/** One of the params that do not fit: where it is, and what to give there. */
export type ParamFault = z.infer<typeof Faults>[number];

/** Params that do not fit, each with its place. */
export class ParamsError extends PalimpsestError {
  readonly faults: readonly ParamFault[];

  constructor(told: Sentence, faults: readonly ParamFault[], options: { cause: unknown }) {
    super('OPTION_INVALID', told, options);
    this.faults = faults;
  }
}

/** What is known by number alone, of a daemon that gives no code. */
const BY_NUMBER: Readonly<Record<number, ErrorCode>> = {
  [JSON_RPC_ERRORS.parse]: 'MESSAGE_INVALID',
  [JSON_RPC_ERRORS.invalidRequest]: 'MESSAGE_INVALID',
  [JSON_RPC_ERRORS.methodNotFound]: 'METHOD_UNKNOWN',
  [JSON_RPC_ERRORS.invalidParams]: 'OPTION_INVALID',
};

/** An error object of the wire as the error that it was in the daemon. */
export function errorOf(error: unknown): PalimpsestError {
  const { message = String(error), code: number, data } = error as Partial<FrameError>;
  const { code, facts, path, faults } = (data ?? {}) as Readonly<Record<string, unknown>>;
  const place = typeof path === 'string' ? { path } : {};
  const told = verbatim(message, { ...place, ...Facts.safeParse(facts).data });
  const known = Faults.safeParse(faults).data;
  if (known !== undefined) return new ParamsError(told, known, { cause: error });
  const byNumber = BY_NUMBER[number ?? 0] ?? 'INTERNAL';
  return new PalimpsestError(isErrorCode(code) ? code : byNumber, told, { cause: error });
}

const isErrorCode = (code: unknown): code is ErrorCode => typeof code === 'string' && code in ERROR_CODES;
