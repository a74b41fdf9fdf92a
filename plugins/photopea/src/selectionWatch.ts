/** @file Photopea tells nobody when another layer is selected, so it is asked now and then. */

/** In ms; a look takes a few. */
const EVERY = 600;
/** A look that takes long makes the next one wait this many times as long: large documents have many layers. */
const REST = 8;

export class SelectionWatch {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: string | null = null;

  /** @param look what there is to see, or null to leave it for now. */
  constructor(
    private readonly look: () => Promise<object | null>,
    private readonly every: number = EVERY,
  ) {}

  /** Listens; returns what ends that. Nobody is asked while nobody listens. */
  on(listener: () => void): () => void {
    // A listener may be given twice, and is then to be ended twice.
    const own = () => listener();
    this.listeners.add(own);
    if (this.listeners.size === 1) void this.ask();
    return () => {
      this.listeners.delete(own);
      if (this.listeners.size === 0) clearTimeout(this.timer);
    };
  }

  /** What somebody has seen by themselves is no news. */
  saw(seen: object): void {
    this.last = JSON.stringify(seen);
  }

  private async ask(): Promise<void> {
    const start = Date.now();
    // A look that fails is made again later; whoever needs Photopea now is told by what they do.
    const seen = await this.look().then(
      (found) => (found === null ? null : JSON.stringify(found)),
      () => null,
    );
    if (seen !== null && seen !== this.last) {
      this.last = seen;
      for (const listener of this.listeners) listener();
    }
    if (this.listeners.size > 0) {
      this.timer = setTimeout(() => void this.ask(), Math.max(this.every, REST * (Date.now() - start)));
    }
  }
}
