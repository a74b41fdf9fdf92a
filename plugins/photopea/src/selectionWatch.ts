/** @file Photopea tells nobody when another layer is selected, so it is asked now and then. */

/** In ms; a look takes a few. */
const EVERY = 600;
/** A look that takes long makes the next one wait this many times as long: large documents have many layers. */
const REST = 8;
/** How often the same is told again because it could not be followed: it may never be, and each try says so. */
const RETRIES = 3;

export class SelectionWatch {
  private readonly listeners = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private last: string | null = null;
  /** What could not be followed, and how often. */
  private missed = { seen: '', times: 0 };

  private readonly look: () => Promise<object | null>;
  private readonly every: number;

  /** @param look what there is to see, or null to leave it for now. */
  constructor(look: () => Promise<object | null>, every: number = EVERY) {
    this.look = look;
    this.every = every;
  }

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

  /** What was seen last could not be followed: it is told again at the next look. */
  missedIt(): void {
    const { last, missed } = this;
    if (last === null) return;
    this.missed = { seen: last, times: last === missed.seen ? missed.times + 1 : 1 };
    if (this.missed.times <= RETRIES) this.last = null;
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
      for (const listener of this.listeners) {
        try {
          listener();
        } catch {
          // It is their failure; the watch goes on, and the others are told.
          this.missedIt();
        }
      }
    }
    if (this.listeners.size > 0) {
      this.timer = setTimeout(() => void this.ask(), Math.max(this.every, REST * (Date.now() - start)));
    }
  }
}
