/** @file Whether something is selected in the document, and who wants to know. */

import type { SeenDocument } from './scripts/looking.ts';

type AreaEvent = 'mask' | 'unmask';

export class AreaWatch {
  private readonly listeners = new Map<() => void, AreaEvent>();
  private document = '';
  private event: AreaEvent | null = null;

  private readonly keepLooking: () => () => void;

  /** @param keepLooking has Photopea asked again and again; it returns what ends that. */
  constructor(keepLooking: () => () => void) {
    this.keepLooking = keepLooking;
  }

  /** Listens; returns what ends that. What was seen already is told at once. */
  on(event: AreaEvent, listener: () => void): () => void {
    // A listener may be given twice, and is then to be ended twice.
    const own = () => listener();
    this.listeners.set(own, event);
    if (this.event === event) own();
    const end = this.keepLooking();
    return () => {
      this.listeners.delete(own);
      end();
    };
  }

  /** Takes note of what is there now, and tells what is new of it. */
  saw(seen: SeenDocument | null): void {
    if (seen === null) return;
    const document = JSON.stringify(seen.ref);
    const event = seen.hasArea ? 'mask' : 'unmask';
    if (document === this.document && event === this.event) return;
    this.document = document;
    this.event = event;
    for (const [listener, wanted] of this.listeners) if (wanted === event) listener();
  }
}
