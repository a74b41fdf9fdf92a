/**
 * Undo. What a plugin does is a step once it is committed; what it has not committed is the first thing that an undo
 * takes back, notes in plugin data included (figma/code-snippet-editor-plugin, issue 16).
 */

import type { Tree } from './tree.ts';

export class History {
  private readonly past: string[] = [];
  private present: string;

  private readonly tree: Tree;

  constructor(tree: Tree) {
    this.tree = tree;

    this.present = tree.snapshot();
  }

  commit(): void {
    const now = this.tree.snapshot();
    if (now === this.present) return;
    this.past.push(this.present);
    this.present = now;
  }

  undo(): void {
    // Only what is committed is there to be put back.
    this.commit();
    const before = this.past.pop();
    if (before === undefined) return;
    this.present = before;
    this.tree.restore(before);
  }

  /** The document up to here is how it was found. */
  forget(): void {
    this.past.length = 0;
    this.present = this.tree.snapshot();
  }
}
