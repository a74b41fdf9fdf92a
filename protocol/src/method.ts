/** @file How a method or a notification is declared: once, with everything that documents, types and validates it. */

import type * as z from 'zod/mini';
import type { ErrorCode } from './errors.ts';

/**
 * Who may call a method: anyone before hello, a client that has said hello, or only the owner, who has the token file or
 * has opened the link that the daemon printed.
 */
export type Access = 'anyone' | 'client' | 'owner';

export interface MethodSpec<
  Params extends z.ZodMiniObject = z.ZodMiniObject,
  Result extends z.ZodMiniType = z.ZodMiniType,
> {
  /** One line. */
  readonly summary: string;
  /** What else a caller should know. */
  readonly description?: string;
  readonly access: Access;
  /** It changes nothing: as a notification, which has no answer, it is not done at all. */
  readonly onlyReads?: true;
  /** By name; unknown names are refused. */
  readonly params: Params;
  readonly result: Result;
  /** Beyond those that every method can give: NOT_AUTHORISED, RATE_LIMITED and INTERNAL. */
  readonly errors: readonly ErrorCode[];
}

/** A method's declaration with its exact types. */
export const method = <Params extends z.ZodMiniObject, Result extends z.ZodMiniType>(
  spec: MethodSpec<Params, Result>,
): MethodSpec<Params, Result> => spec;

/** What the daemon says on its own. */
export interface NotificationSpec<Params extends z.ZodMiniObject = z.ZodMiniObject> {
  readonly summary: string;
  readonly access: Access;
  readonly params: Params;
}

/** A notification's declaration with its exact type. */
export const notification = <Params extends z.ZodMiniObject>(
  spec: NotificationSpec<Params>,
): NotificationSpec<Params> => spec;
