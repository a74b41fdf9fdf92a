/**
 * @file Places for those who have not said who they are. A newcomer never finds them all taken: the one that has been
 * there longest without saying anything makes room.
 */

export class Doorstep<T> {
  /** Longest there first. */
  private readonly there = new Set<T>();

  private readonly places: number;
  private readonly dismiss: (oldest: T) => void;
  private readonly mayStay: (one: T) => boolean;

  /**
   * @param places that there are.
   * @param dismiss is told who has to go.
   * @param mayStay who keeps its place whoever comes: a person is typing in its code.
   */
  constructor(places: number, dismiss: (oldest: T) => void, mayStay: (one: T) => boolean = () => false) {
    this.places = places;
    this.dismiss = dismiss;
    this.mayStay = mayStay;
  }

  /** Comes, or has been heard of: takes the newest place. */
  enter(one: T): void {
    this.there.delete(one);
    this.there.add(one);
    if (this.there.size <= this.places) return;
    for (const oldest of this.there) {
      if (oldest === one || this.mayStay(oldest)) continue;
      this.there.delete(oldest);
      this.dismiss(oldest);
      return;
    }
  }

  /** Has gone, or has said who it is. */
  leave(one: T): void {
    this.there.delete(one);
  }
}
