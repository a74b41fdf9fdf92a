/** @file The other end of Photopea's live messaging. */

/** Sends to Photopea and hears from it, and from nobody else. */
export interface Peer {
  /** A text is a script to run; bytes are a file to open. */
  post(message: string | ArrayBuffer): void;
  /** Hears every message from Photopea, whatever it is; returns what ends that. */
  listen(listener: (message: unknown) => void): () => void;
}
