/** @file Everything that can be called, and everything that the daemon says on its own. */

import type * as z from 'zod/mini';
import { drawingMethods } from './drawings.ts';
import { editMethods } from './edits.ts';
import { imageMethods } from './images.ts';
import { inversionMethods } from './inversions.ts';
import { jobMethods, jobNotifications } from './jobMethods.ts';
import { modelMethods } from './models.ts';
import { sessionMethods, sessionNotifications } from './session.ts';
import { styleMethods } from './styles.ts';

/** Every method but `rpc.discover`, which OpenRPC defines. */
export const METHODS = {
  ...sessionMethods,
  ...modelMethods,
  ...imageMethods,
  ...inversionMethods,
  ...editMethods,
  ...styleMethods,
  ...drawingMethods,
  ...jobMethods,
};

export const NOTIFICATIONS = { ...sessionNotifications, ...jobNotifications };

export type MethodName = keyof typeof METHODS;
/** What a caller writes: what has a default may be left out. */
export type ParamsInput<M extends MethodName> = z.input<(typeof METHODS)[M]['params']>;
/** What a handler gets: defaults filled in. */
export type Params<M extends MethodName> = z.output<(typeof METHODS)[M]['params']>;
export type Result<M extends MethodName> = z.output<(typeof METHODS)[M]['result']>;

export type NotificationName = keyof typeof NOTIFICATIONS;
export type NotificationParams<N extends NotificationName> = z.output<(typeof NOTIFICATIONS)[N]['params']>;
