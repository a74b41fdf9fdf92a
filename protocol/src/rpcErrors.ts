/** @file Error codes as JSON-RPC numbers. A number never changes its meaning. */

import type { ErrorCode } from './errors.ts';

/** The codes that JSON-RPC 2.0 itself defines. */
export const JSON_RPC_ERRORS = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
} as const;

/** The `code` of an error object; its `data.code` is the name. */
export const RPC_ERROR_NUMBERS: Readonly<Record<ErrorCode, number>> = {
  MODEL_FOLDER_INVALID: 1000,
  CONFIG_UNSUPPORTED: 1001,
  WEIGHT_MISSING: 1002,
  WEIGHT_INVALID: 1003,
  IMAGE_ENCODER_MISSING: 1004,
  PROMPT_TOO_LONG: 1005,
  WORD_NOT_FOUND: 1006,
  PROMPTS_MISALIGNED: 1007,
  PICTURE_UNREADABLE: 1008,
  PICTURE_TOO_SMALL: 1009,
  PICTURE_TOO_LARGE: 1010,
  OPTION_INVALID: 1011,
  INVERSION_INVALID: 1012,
  DISK_FULL: 1013,
  WRITE_FAILED: 1014,
  CANCELLED: 1015,
  ENGINE_FAILED: 1016,
  ENGINE_CRASHED: 1017,
  MEMORY_SHORT: 1018,
  MODEL_UNKNOWN: 1100,
  IMAGE_UNKNOWN: 1101,
  INVERSION_UNKNOWN: 1102,
  JOB_UNKNOWN: 1103,
  QUEUE_FULL: 1104,
  TIME_LIMIT: 1105,
  DOWNLOAD_FAILED: 1106,
  MODEL_GATED: 1107,
  NOT_AUTHORISED: 1200,
  PAIRING_BUSY: 1201,
  PAIRING_FAILED: 1202,
  RATE_LIMITED: 1203,
  TRANSFER_FAILED: 1204,
  PROTOCOL_UNSUPPORTED: 1205,
  CONNECTION_LOST: 1206,
  DAEMON_UNPROVEN: 1207,
  ALREADY_RUNNING: 1300,
  PORT_TAKEN: 1301,
  MESSAGE_INVALID: JSON_RPC_ERRORS.invalidRequest,
  METHOD_UNKNOWN: JSON_RPC_ERRORS.methodNotFound,
  INTERNAL: JSON_RPC_ERRORS.internal,
};

/** Why the daemon closes a socket, beyond the codes of WebSocket itself. */
export const CLOSE_CODES = {
  /** No hello within 5 seconds, a wrong token, or anything else before hello. */
  notAuthorised: 4401,
  /** The client's token was taken back. */
  revoked: 4403,
  /** Too many messages, and too many after being told so. */
  tooMany: 4429,
} as const;
