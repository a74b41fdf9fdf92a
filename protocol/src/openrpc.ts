/** @file The OpenRPC document, made from the method table: what a stranger needs to call the daemon. */

import * as z from 'zod/mini';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import { JobRecord } from './jobs.ts';
import { PORTS, PROTOCOL_VERSION, RPC_PATH } from './limits.ts';
import type { MethodSpec } from './method.ts';
import { METHODS, NOTIFICATIONS } from './methods.ts';
import { CLOSE_CODES, JSON_RPC_ERRORS, RPC_ERROR_NUMBERS } from './rpcErrors.ts';

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The schema that many others hold; it is written once and referred to. */
const JOB_REFERENCE = '#/components/schemas/Job';

/** Every method can answer with these. */
const COMMON_ERRORS: readonly ErrorCode[] = ['NOT_AUTHORISED', 'RATE_LIMITED', 'INTERNAL'];

const ABOUT = `Palimpsest edits pictures with words, on this machine.

Connect a WebSocket to a server of this document, and send requests of JSON-RPC 2.0 as text, each with its params by name. The first are hello.prove, by which the daemon proves that it is yours, and hello, by which you prove that you have a token: the token file on this machine holds one, and pair.request gets one with the help of the person. Long work answers with a job at once: wait for job.changed, or ask jobs.get, until its state is done, failed or cancelled. Brackets after an option name the methods that heed it: given with another, it is refused.

An error has its code by name in data.code, and what its message tells in data.facts; a failed job, in error.code and error.facts.

Pictures go as base64 (images.put, images.get) up to 512 KiB, or as binary frames on the same socket. A frame is a byte that says what it is, a transfer number (uint32, big endian) that the client chooses, and a body. To give a picture: 1 open (uint32 length, 32 bytes of sha256); the daemon answers 3 ack (uint32: how much it has; all of it if it knew the picture); then 2 chunk (uint32 offset, bytes; at most 256 KiB), each acked; the ack of the last one means that the picture is kept. To get one: 5 get (32 bytes of sha256); the daemon sends 1 open and 2 chunks, of which at most 1 MiB is ahead of the client's 3 acks. 4 fail (JSON of an error object) ends a transfer. 6 preview (byte: length of a job's id, the id, a PNG) shows a running job, where jobs.preview asked for it; its transfer number is 0.`;

/** The document for a daemon of that version, with the addresses to try. */
export function openRpcDocument(version: string, ports: readonly number[] = PORTS): object {
  const methods = Object.entries<MethodSpec>(METHODS).map(([name, spec]) => describeMethod(name, spec));
  return {
    openrpc: '1.4.1',
    info: { title: 'Palimpsest', version, description: ABOUT, license: { name: 'MIT' } },
    servers: ports.map((port) => ({ name: `port ${port}`, url: `ws://127.0.0.1:${port}${RPC_PATH}` })),
    methods: [
      {
        name: 'rpc.discover',
        summary: 'This document',
        params: [],
        result: { name: 'document', schema: { type: 'object' } },
        paramStructure: 'by-name',
        'x-access': 'client',
      },
      ...methods,
    ],
    components: { schemas: { Job: jsonSchema(JobRecord, 'output') }, errors: describeErrors() },
    'x-protocol': PROTOCOL_VERSION,
    'x-notifications': Object.entries(NOTIFICATIONS).map(([name, { summary, access, params }]) => ({
      name,
      summary,
      params: describeParams(params),
      'x-access': access,
    })),
    'x-json-rpc-errors': JSON_RPC_ERRORS,
    'x-close-codes': CLOSE_CODES,
  };
}

function describeMethod(name: string, { summary, description, access, params, result, errors }: MethodSpec) {
  return {
    name,
    summary,
    ...(description === undefined ? {} : { description }),
    paramStructure: 'by-name',
    params: describeParams(params),
    result: { name: 'result', schema: schemaOf(result, 'output') },
    errors: [...COMMON_ERRORS, ...errors].map((code) => ({ $ref: `#/components/errors/${code}` })),
    'x-access': access,
  };
}

function describeParams(params: z.ZodMiniObject): object[] {
  const { properties = {}, required = [] } = schemaOf(params, 'input');
  return Object.entries(properties).map(([name, schema]) => ({
    name,
    required: required.includes(name),
    schema,
  }));
}

function describeErrors(): Record<string, object> {
  return Object.fromEntries(
    Object.entries(RPC_ERROR_NUMBERS).map(([name, code]) => [
      name,
      { code, message: ERROR_CODES[name as ErrorCode], data: { code: name } },
    ]),
  );
}

/** As JSON Schema, with a reference in place of every job. */
const schemaOf = (schema: z.ZodMiniType, io: 'input' | 'output'): JsonSchema =>
  jsonSchema(schema, io, ({ zodSchema, jsonSchema: written }) => {
    if (zodSchema !== JobRecord) return;
    for (const key of Object.keys(written)) delete written[key];
    written.$ref = JOB_REFERENCE;
  });

type Override = (context: { zodSchema: z.core.$ZodTypes; jsonSchema: JsonSchema }) => void;

function jsonSchema(schema: z.ZodMiniType, io: 'input' | 'output', override?: Override): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    target: 'draft-7',
    io,
    override: (context) => {
      // Every integer is within what a number can hold: that need not be said.
      if (context.jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete context.jsonSchema.minimum;
      if (context.jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete context.jsonSchema.maximum;
      override?.(context);
    },
  });
  return rest;
}
