/**
 * @file Places for connections that have not said who they are. They are never all taken for a newcomer: the silent one
 * that has been there longest makes room.
 */

export class Doorstep<T> {
  /** Longest there first. */
  private readonly there = new Set<T>();

  private readonly places: number;
  private readonly dismiss: (oldest: T) => void;

  /**
   * @param places that there are.
   * @param dismiss is told who has to go.
   */
  constructor(places: number, dismiss: (oldest: T) => void) {
    this.places = places;
    this.dismiss = dismiss;
  }

  /** Comes, or has been heard of: takes the newest place. */
  enter(one: T): void {
    this.there.delete(one);
    this.there.add(one);
    if (this.there.size <= this.places) return;
    const oldest = this.there.values().next().value!;
    this.there.delete(oldest);
    this.dismiss(oldest);
  }

  /** Has gone, or has said who it is. */
  leave(one: T): void {
    this.there.delete(one);
  }
}
