/** @file What is typed, kept with its layer. */

import { type EditorHost, type LayerMemory, readMemory, writeMemory } from '@palimpsest/sdk';

type Words = NonNullable<LayerMemory['draft']>;

/** How long typing rests before it is kept, in ms. */
const REST = 700;

export class DraftKeeper {
  private waiting: { readonly id: string; readonly draft: Words } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private writing: Promise<void> = Promise.resolve();

  private readonly host: EditorHost;

  constructor(host: EditorHost) {
    this.host = host;
  }

  /** Keeps words with a layer when typing rests, or when those of another layer come. */
  note(id: string, draft: Words): void {
    if (this.waiting?.id !== id) void this.flush();
    this.waiting = { id, draft };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), REST);
  }

  /** Keeps at once what waits for a rest; resolves when all is kept. */
  flush(): Promise<void> {
    clearTimeout(this.timer);
    const { waiting } = this;
    this.waiting = null;
    if (waiting !== null) this.writing = this.writing.then(() => this.write(waiting.id, waiting.draft));
    return this.writing;
  }

  private async write(id: string, draft: Words): Promise<void> {
    try {
      const memory = readMemory(await this.host.recall(id));
      await this.host.remember(id, writeMemory({ ...memory, draft }));
    } catch {
      // The layer may be gone by now, and its draft with it.
    }
  }
}
