/** @file Listeners that cannot harm each other or the one they listen to. */

type Listener<Args extends readonly unknown[]> = (...args: Args) => void;

/** Who listens to what. Events by name, each with what its listeners are told. */
export class Listeners<Events extends Record<keyof Events, readonly unknown[]>> {
  private readonly listeners = new Map<keyof Events, Set<Listener<never>>>();

  private readonly onFault: (error: unknown) => void;

  /** @param onFault is told what a listener has thrown. */
  constructor(onFault: (error: unknown) => void) {
    this.onFault = onFault;
  }

  on<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    const listeners = this.listeners.get(event) ?? new Set();
    this.listeners.set(event, listeners.add(listener));
  }

  off<E extends keyof Events>(event: E, listener: Listener<Events[E]>): void {
    this.listeners.get(event)?.delete(listener);
  }

  /** Tells all who listen, whatever some of them throw. */
  tell<E extends keyof Events>(event: E, ...args: Events[E]): void {
    for (const listener of this.listeners.get(event) ?? []) {
      try {
        (listener as Listener<Events[E]>)(...args);
      } catch (error) {
        this.onFault(error);
      }
    }
  }
}
