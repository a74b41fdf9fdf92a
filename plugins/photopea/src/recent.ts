/** @file What was used recently, up to a limit. */

/** A list of pictures that forgets the oldest when they take too much room; the newest is always there. */
export class Recent<Value> {
  private readonly entries: { readonly value: Value; readonly bytes: number }[] = [];

  private readonly room: number;

  /** @param room in bytes, of all together. */
  constructor(room: number) {
    this.room = room;
  }

  add(value: Value, bytes: number): void {
    this.entries.push({ value, bytes });
    let taken = this.entries.reduce((sum, entry) => sum + entry.bytes, 0);
    while (taken > this.room && this.entries.length > 1) taken -= this.entries.shift()!.bytes;
  }

  /** Those that fit, the newest first. */
  all(fits: (value: Value) => boolean): Value[] {
    return this.entries
      .map(({ value }) => value)
      .filter(fits)
      .reverse();
  }

  forget(fits: (value: Value) => boolean): void {
    const others = this.entries.filter(({ value }) => !fits(value));
    this.entries.splice(0, this.entries.length, ...others);
  }
}
