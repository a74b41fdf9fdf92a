/** @file A transfer to a client: as fast as it acknowledges, and as its socket takes it. */

import { MAX_CHUNK_BYTES, PalimpsestError, WINDOW_BYTES } from '@palimpsest/protocol';
import type { OutgoingPicture } from './pictures.ts';

export class Outgoing {
  private sent = 0;
  private acknowledged = 0;
  private sending = false;
  private ended = false;

  private readonly picture: OutgoingPicture;
  private readonly send: (offset: number, bytes: Uint8Array) => Promise<void>;

  /** @param send resolves when the bytes have left the daemon's memory. */
  constructor(picture: OutgoingPicture, send: (offset: number, bytes: Uint8Array) => Promise<void>) {
    this.picture = picture;
    this.send = send;
  }

  get isOver(): boolean {
    return this.acknowledged === this.picture.size;
  }

  /**
   * So many bytes have arrived.
   *
   * @returns whether more have than before.
   * @throws {PalimpsestError} TRANSFER_FAILED when so many were never sent.
   */
  acknowledge(received: number): boolean {
    if (received > this.sent) {
      throw new PalimpsestError('TRANSFER_FAILED', 'Only what was sent can be acknowledged.');
    }
    const isNew = received > this.acknowledged;
    this.acknowledged = Math.max(this.acknowledged, received);
    return isNew;
  }

  /** Sends what may be on its way. @throws {PalimpsestError} IMAGE_UNKNOWN when the picture is damaged. */
  async proceed(): Promise<void> {
    if (this.sending) return;
    this.sending = true;
    try {
      while (!this.ended && this.sent < Math.min(this.picture.size, this.acknowledged + WINDOW_BYTES)) {
        const bytes = await this.picture.next(MAX_CHUNK_BYTES);
        const offset = this.sent;
        this.sent += bytes.length;
        if (!this.ended) await this.send(offset, bytes);
      }
    } finally {
      this.sending = false;
      if (this.ended) await this.picture.close();
    }
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    if (!this.sending) this.picture.close().catch(() => {});
  }
}
