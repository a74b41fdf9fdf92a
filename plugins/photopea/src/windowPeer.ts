/** @file Photopea in another window: the one around the plugin's frame, or a frame of our own page. */

import type { Peer } from './peer.ts';

/** The only page that is taken for Photopea. */
export const PHOTOPEA_ORIGIN = 'https://www.photopea.com';

/** @param other asked each time: a frame has another window after it was loaded anew. */
export function windowPeer(other: () => Window | null): Peer {
  return {
    post: (message) => other()?.postMessage(message, PHOTOPEA_ORIGIN),
    listen: (listener) => {
      const hear = ({ source, origin, data }: MessageEvent<unknown>) => {
        if (source !== null && source === other() && origin === PHOTOPEA_ORIGIN) listener(data);
      };
      window.addEventListener('message', hear);
      return () => window.removeEventListener('message', hear);
    },
  };
}
