/** @file The limits that both sides of the wire keep. */

/** Named in hello; clients of another major version are refused. */
export const PROTOCOL_VERSION = 1;

/** The daemon listens on the first of these that is free: a plugin's manifest has to name each one. */
export const PORTS = [47_391, 47_392, 47_393] as const;

/** Where clients connect to, beneath the daemon's address. */
export const RPC_PATH = '/rpc';

/** A message of the socket, text or binary. */
export const MAX_MESSAGE_BYTES = 2 ** 20;

/** Of one picture, as a file. */
export const MAX_PICTURE_BYTES = 64 * 2 ** 20;

/** Pictures on their way over one connection, and their bytes together. */
export const MAX_TRANSFERS = 8;
export const MAX_TRANSFER_BYTES = 64 * 2 ** 20;

/** Of one picture, decoded: some 100 MB of memory in 8 bits with alpha. */
export const MAX_PICTURE_PIXELS = 25_000_000;

/** Of a picture's longer side: below two latent cells there is nothing for a network to see. A line may be as thin as a pixel. */
export const MIN_PICTURE_SIDE = 16;

/** Of one picture as base64 in JSON, before encoding: so that it fits in a message. */
export const MAX_INLINE_BYTES = 512 * 1024;

/** Requests in one batch. */
export const MAX_BATCH = 16;

/** A client's name is shown to people. */
export const MAX_CLIENT_NAME = 60;
