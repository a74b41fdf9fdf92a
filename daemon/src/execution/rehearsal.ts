/** @file Counts the memory that work will take while its code runs without running a network. */

import type { Graph } from '../graph/graph.ts';
import { type MemoryUse, memoryUse } from '../graph/memory.ts';
import { tensor } from '../tensor/tensor.ts';
import type { Results, RunnableNetwork } from './session.ts';

/** What one network takes and gives. */
interface Rehearsed extends MemoryUse {
  readonly zeros: Results;
}

/** What the runtime's allocator takes beyond what is alive, measured: docs/performance.md has the error. */
const ALLOCATOR = 1.25;

/** Each network that has run keeps what its largest moment took, until it is released. */
export class Rehearsal {
  private readonly known = new Map<string, Rehearsed>();
  private readonly resident = new Map<string, number>();
  private readonly weights = new Map<string, number>();
  /** What the work keeps beside the networks, in bytes. */
  private held = 0;
  private most = 0;

  /** What the work took so far, in bytes: all weights that were touched, and the most memory beside them. */
  get use(): { weights: number; beside: number } {
    const weights = [...this.weights.values()].reduce((sum, bytes) => sum + bytes, 0);
    return { weights, beside: this.most };
  }

  /** @param folding as the session would be loaded. */
  load(fingerprint: string, build: () => Graph, folding: boolean): RunnableNetwork {
    const network = this.known.get(fingerprint) ?? this.learn(fingerprint, build(), folding);
    return {
      run: async () => {
        this.resident.set(fingerprint, network.folded + ALLOCATOR * network.activations);
        this.measure();
        return network.zeros;
      },
      dispose: async () => {},
    };
  }

  /** Takes so many bytes into account until the function that is returned is called. */
  hold(bytes: number): () => void {
    this.held += bytes;
    this.measure();
    return () => {
      this.held -= bytes;
    };
  }

  private measure(): void {
    const all = [...this.resident.values()].reduce((sum, bytes) => sum + bytes, this.held);
    this.most = Math.max(this.most, all);
  }

  release(fingerprint: string): void {
    this.resident.delete(fingerprint);
  }

  private learn(fingerprint: string, graph: Graph, folding: boolean): Rehearsed {
    const zeros = Object.fromEntries(
      [...graph.outputs].map(([name, { shape }]) => [name, tensor(shape)] as const),
    );
    const network = { ...memoryUse(graph, folding), zeros };
    for (const { stored } of graph.weights.values())
      this.weights.set(`${stored.file}:${stored.offset}`, stored.length);
    this.known.set(fingerprint, network);
    return network;
  }
}
