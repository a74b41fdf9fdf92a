/** @file What a client can be listened to for. */

import type { NotificationName, NotificationParams } from '../methods.ts';

/** The daemon's notifications, previews, and the state of the connection. */
export type ClientEvents = { readonly [N in NotificationName]: NotificationParams<N> } & {
  readonly preview: { readonly job: string; readonly png: Uint8Array };
  readonly state: { readonly connected: boolean };
};
