/** @file What can be undone and redone, one step at a time. */

import { signal } from '@preact/signals';

/** Something that a person has done to the document. */
export interface Step {
  /** What it was, for the person: "a brush stroke". */
  readonly name: string;
  /** Does it, the first time and again. */
  go(): void;
  /** Takes it back; nothing else of the document changes. */
  back(): void;
}

/** What undoing or redoing has just done. */
export interface Moved {
  readonly way: 'Undone' | 'Redone';
  readonly step: Step;
}

export class History {
  /** The last undo or redo, until something else is done. */
  readonly moved = signal<Moved | null>(null);
  /** The newest last. */
  readonly past = signal<readonly Step[]>([]);
  /** What was taken back, the next to be done again last. */
  readonly future = signal<readonly Step[]>([]);

  do(step: Step): void {
    step.go();
    this.past.value = [...this.past.value, step];
    this.future.value = [];
    this.moved.value = null;
  }

  undo(): void {
    const step = this.past.value.at(-1);
    if (step === undefined) return;
    this.past.value = this.past.value.slice(0, -1);
    this.future.value = [...this.future.value, step];
    step.back();
    this.moved.value = { way: 'Undone', step };
  }

  redo(): void {
    const step = this.future.value.at(-1);
    if (step === undefined) return;
    this.future.value = this.future.value.slice(0, -1);
    this.past.value = [...this.past.value, step];
    step.go();
    this.moved.value = { way: 'Redone', step };
  }
}
