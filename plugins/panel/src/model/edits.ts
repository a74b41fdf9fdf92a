/** @file The edits of this panel: those under way, and finished ones that wait for the person's decision. */

import type { DaemonClient, Notice } from '@palimpsest/protocol';
import {
  type EditorHost,
  type EditStage,
  type EditWatch,
  type FinishedEdit,
  isCancelled,
  isLasting,
  keepEdits,
  type Layer,
  makeEdit,
  type Order,
  type PendingEdit,
  resultName,
  resumeEdit,
  sentenceOf,
} from '@palimpsest/sdk';
import { type Signal, signal } from '@preact/signals';
import { PendingList } from './pendingList.ts';

/** Why an edit failed, in a sentence, and whether it would once more. */
export interface EditFailure {
  readonly sentence: string;
  readonly isLasting: boolean;
}

/** One edit, from the press of the button until it is kept or thrown away. */
export interface EditEntry {
  readonly key: number;
  readonly layer: Layer;
  readonly order: Order;
  readonly stage: Signal<EditStage>;
  /** The newest small picture of it. */
  readonly preview: Signal<Uint8Array<ArrayBuffer> | null>;
  readonly finished: Signal<FinishedEdit | null>;
  readonly failure: Signal<EditFailure | null>;
  /** What the daemon has to say about it. */
  readonly notices: Signal<readonly Notice[]>;
  readonly controller: AbortController;
  pending: PendingEdit | null;
}

export class Edits {
  /** The newest first. */
  readonly entries = signal<readonly EditEntry[]>([]);
  /** Ids of layers that have edits here, and are not in the document any more. */
  readonly gone = signal<ReadonlySet<string>>(new Set());
  private readonly list: PendingList;
  /** Jobs of this panel, the finished ones too: none is taken up again. */
  private readonly seen = new Set<string>();
  private nextKey = 1;
  /** On their way into the document. */
  private readonly keeping = new Set<FinishedEdit>();

  private readonly host: EditorHost;
  private readonly onKept: () => Promise<void>;

  /** @param onKept is told when edits have been noted with their layers. */
  constructor(host: EditorHost, onKept: () => Promise<void>) {
    this.host = host;
    this.onKept = onKept;

    this.list = new PendingList(host);
  }

  /** Edits layers, one after the other. */
  start(client: DaemonClient, layers: readonly Layer[], order: Order): void {
    const priority = layers.length > 1 ? 'batch' : 'interactive';
    for (const layer of layers) {
      this.run(this.add(layer, order), (watch) =>
        makeEdit({ host: this.host, client }, layer, order, { ...watch, priority }),
      );
    }
  }

  /** Goes on with what was under way when the panel was last closed, in the documents that are open. */
  async resume(client: DaemonClient): Promise<void> {
    for (const pending of await this.list.read()) {
      if (this.seen.has(pending.job)) continue;
      const document = await this.host.documentOf(pending.layer, false);
      if (document !== pending.document || this.seen.has(pending.job)) continue;
      this.seen.add(pending.job);
      const entry = this.add(pending.layer, pending.order);
      entry.pending = pending;
      this.run(entry, (watch) => resumeEdit({ client }, pending, watch));
    }
  }

  /** Looks which layers are still there. */
  async lookForLayers(): Promise<void> {
    const ids = [...new Set(this.entries.value.map(({ layer }) => layer.id))];
    const found = await Promise.all(ids.map((id) => this.host.find(id)));
    this.gone.value = new Set(ids.filter((_, i) => found[i] === null));
  }

  /** Tries a failed edit once more: from where the daemon has it, or from its layer. */
  retry(client: DaemonClient, entry: EditEntry): void {
    const { layer, order, pending } = entry;
    entry.failure.value = null;
    entry.notices.value = [];
    this.run(entry, (watch) =>
      pending === null
        ? makeEdit({ host: this.host, client }, layer, order, watch)
        : resumeEdit({ client }, pending, watch),
    );
  }

  /** Whether results are on their way into the document, by which editors may select them. */
  get isKeeping(): boolean {
    return this.keeping.size > 0;
  }

  /** Places finished edits in the document: in one undo step where the editor can join steps. */
  async keep(entries: readonly EditEntry[]): Promise<void> {
    // Placing takes a moment, in which the button can be pressed again.
    const edits = entries
      .flatMap(({ finished }) => finished.peek() ?? [])
      .filter((edit) => !this.keeping.has(edit));
    const kept = new Set<FinishedEdit | null>();
    for (const edit of edits) this.keeping.add(edit);
    try {
      await keepEdits(this.host, edits, (edit) => kept.add(edit));
    } catch (error) {
      this.host.notify(sentenceOf(error), 'error');
    }
    try {
      await this.drop(entries.filter(({ finished }) => kept.has(finished.peek())));
      if (kept.size > 0) await this.onKept();
    } finally {
      for (const edit of edits) this.keeping.delete(edit);
    }
  }

  /** Stops an edit, or throws its result away. */
  async remove(entry: EditEntry): Promise<void> {
    entry.controller.abort();
    await this.drop([entry]);
  }

  /** Ends the panel; the daemon goes on with its jobs. */
  close(): void {
    this.entries.value = [];
  }

  private async drop(entries: readonly EditEntry[]): Promise<void> {
    this.entries.value = this.entries.value.filter((other) => !entries.includes(other));
    for (const { layer } of entries) this.showFinished(layer);
    await this.list.remove(entries.flatMap(({ pending }) => pending?.job ?? []));
  }

  private add(layer: Layer, order: Order): EditEntry {
    const entry: EditEntry = {
      ...{ key: this.nextKey++, layer, order, pending: null },
      stage: signal<EditStage>({ name: 'export' }),
      preview: signal(null),
      finished: signal(null),
      failure: signal(null),
      notices: signal([]),
      controller: new AbortController(),
    };
    this.entries.value = [entry, ...this.entries.value];
    return entry;
  }

  private run(entry: EditEntry, work: (watch: EditWatch) => Promise<FinishedEdit>): void {
    const watch: EditWatch = {
      signal: entry.controller.signal,
      onStage: (stage) => {
        entry.stage.value = stage;
      },
      onNotices: (notices) => {
        entry.notices.value = notices;
      },
      onPreview: (png) => {
        entry.preview.value = png;
        // While a picture is learned, its previews are of noise, and not of the edit.
        if (isPainting(entry.stage.value)) this.preview(entry, png, false);
      },
      onPending: (pending) => {
        if (pending !== null) {
          this.seen.add(pending.job);
          void this.list.add(pending);
        } else if (entry.pending !== null) {
          void this.list.remove([entry.pending.job]);
        }
        entry.pending = pending;
      },
    };
    work(watch).then(
      (finished) => {
        entry.finished.value = finished;
        this.preview(entry, finished.after, true);
      },
      (error: unknown) => {
        if (entry.controller.signal.aborted) return;
        if (isCancelled(error)) void this.remove(entry);
        else this.fail(entry, error);
      },
    );
  }

  /** What the daemon has of it stays, for another try. */
  private fail(entry: EditEntry, error: unknown): void {
    entry.failure.value = { sentence: sentenceOf(error), isLasting: isLasting(error) };
    this.showFinished(entry.layer);
  }

  /** Shows over a layer the newest result of it that waits for a word of the person, if there is one. */
  private showFinished({ id }: Layer): void {
    const waiting = this.entries.value.find(
      ({ layer, finished }) => layer.id === id && finished.value !== null,
    );
    const after = waiting?.finished.value?.after;
    if (waiting !== undefined && after !== undefined) this.preview(waiting, after, true);
    else this.host.preview?.(id, null);
  }

  private preview({ layer, order }: EditEntry, png: Uint8Array<ArrayBuffer>, finished: boolean): void {
    this.host.preview?.(layer.id, { png, name: resultName(order), finished });
  }
}

const isPainting = (stage: EditStage): boolean =>
  stage.name === 'work' && (stage.progress.stage === 'edit' || stage.progress.stage === 'generate');
