/** @file Loaded networks: graphs are kept on disk by their fingerprint, sessions in memory as long as they are used. */

import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Economy } from '../graph/economy.ts';
import type { FloatType } from '../graph/elementTypes.ts';
import { withExplicitAttention } from '../graph/explicitAttention.ts';
import type { Graph, WeightSource } from '../graph/graph.ts';
import { toOnnx } from '../graph/onnx.ts';
import { bytesOf, type Tensor } from '../tensor/tensor.ts';
import type { Checkpoint } from '../weights/checkpoint.ts';
import { ConvertedWeights } from '../weights/convertedWeights.ts';
import type { Precision } from '../weights/precision.ts';
import { GraphCache } from './graphCache.ts';
import type { Rehearsal } from './rehearsal.ts';
import { type Feeds, type Results, type RunnableNetwork, Session, type SessionOptions } from './session.ts';
import { THRIFTS, type Thrift } from './thrift.ts';

/**
 * Part of every fingerprint: raise it with any change of what the builder emits. A test compares the graphs with
 * the version (test/graph/cache.test.ts).
 */
export const GRAPH_VERSION = 4;

/** What every WebGPU device lets a program bind at once (maxStorageBufferBindingSize, at least 128 MiB). */
const LARGEST_BUFFER = 128 * 2 ** 20;

/** What a graph depends on: equal keys build equal graphs. */
export interface GraphKey {
  readonly network: string;
  /** null for a network without weights of its own: its parameters are fed. */
  readonly checkpoint: Checkpoint | null;
  readonly config: unknown;
  readonly options: unknown;
  /** What the network computes in. */
  readonly precision: FloatType;
}

/** What a network may ask for that is fed its parameters. */
const NO_WEIGHTS: WeightSource = {
  has: () => false,
  get(name) {
    throw new Error(`the network has no weights of its own, so none is called ${name}`);
  },
};

/** Emits a network with the given weights, which are the key's in the file that serves best. */
export type BuildGraph = (economy: Economy, weights: WeightSource) => Graph;

/** Builds, caches and loads networks. */
export class Networks {
  /** Of the networks that are loaded from now on. */
  thrift: Thrift = THRIFTS[0]!;
  private rehearsal: Rehearsal | null = null;

  private readonly sessions = new Map<string, Promise<Session>>();
  /** Fingerprints that were asked for since the last sweep. */
  private used = new Set<string>();
  /** How many runs of a network are under way, which is given back after the last. */
  private readonly runs = new Map<string, number>();
  private readonly graphs: GraphCache;
  private readonly converted: ConvertedWeights | null;

  private readonly sessionOptions: SessionOptions;
  /** What the UNet computes in. The others run once a job, where half precision saves little: they stay in fp32. */
  readonly precision: Precision;

  /** @param cacheFolder where graphs, and weights converted for them, are kept between runs; null keeps none. */
  constructor(
    cacheFolder: string | null,
    sessionOptions: SessionOptions = {},
    precision: Precision = 'fp32',
  ) {
    this.sessionOptions = sessionOptions;
    this.precision = precision;

    this.graphs = new GraphCache(cacheFolder);
    this.converted = cacheFolder === null ? null : new ConvertedWeights(join(cacheFolder, 'weights'));
  }

  /** Saves memory from now on as that says; what is loaded is given back where it was built otherwise. */
  async adopt(thrift: Thrift): Promise<void> {
    if (thrift === this.thrift) return;
    this.thrift = thrift;
    await this.dispose();
  }

  private get attendsExplicitly(): boolean {
    return this.sessionOptions.device === 'webgpu';
  }

  /** The session of a graph; it is built, or read from the cache, and loaded on first use. */
  load(key: GraphKey, build: BuildGraph): Promise<RunnableNetwork> {
    const fingerprint = this.fingerprintOf(key);
    if (this.rehearsal !== null) {
      const { checkpoint, precision } = key;
      const weights = checkpoint && (this.converts(key)?.expect(checkpoint, precision) ?? checkpoint);
      return Promise.resolve(
        this.rehearsal.load(fingerprint, () => this.graph(build, weights), this.folds(weights)),
      );
    }
    this.used.add(fingerprint);
    const known = this.sessions.get(fingerprint);
    if (known) return known;
    const session = this.open(key, build);
    this.sessions.set(fingerprint, session);
    // A failed load is tried anew the next time.
    session.catch(() => this.sessions.delete(fingerprint));
    return session;
  }

  /** The results of a network that a job runs once, or a few times at once. */
  async runOnce(key: GraphKey, build: BuildGraph, feeds: Feeds): Promise<Results> {
    const fingerprint = this.fingerprintOf(key);
    this.runs.set(fingerprint, this.runsOf(fingerprint) + 1);
    try {
      const network = await this.load(key, build);
      return await network.run(feeds);
    } finally {
      this.runs.set(fingerprint, this.runsOf(fingerprint) - 1);
      if (this.thrift.releaseAfterUse && this.runsOf(fingerprint) === 0) await this.release(key);
    }
  }

  /**
   * Does some work without running or loading a network: each result is all zeros, and the rehearsal counts the memory. Nothing
   * else may use these networks meanwhile.
   */
  async rehearse(rehearsal: Rehearsal, thrift: Thrift, work: () => Promise<unknown>): Promise<void> {
    const before = this.thrift;
    [this.rehearsal, this.thrift] = [rehearsal, thrift];
    try {
      await work();
    } finally {
      [this.rehearsal, this.thrift] = [null, before];
    }
  }

  /**
   * Tells a rehearsal that the caller keeps these tensors, for each step as a rule, until it calls the function that is
   * returned. Otherwise nothing happens.
   */
  hold(tensors: readonly Tensor[]): () => void {
    return this.rehearsal?.hold(bytesOf(tensors)) ?? (() => {});
  }

  /** Gives the memory of one network back, once it is no longer needed. */
  async release(key: GraphKey): Promise<void> {
    const fingerprint = this.fingerprintOf(key);
    if (this.rehearsal !== null) return this.rehearsal.release(fingerprint);
    const session = this.sessions.get(fingerprint);
    this.sessions.delete(fingerprint);
    await (await session)?.dispose();
  }

  /** Gives the memory of the networks back that nobody asked for since the last sweep. */
  async sweep(): Promise<void> {
    const unused = [...this.sessions].filter(([fingerprint]) => !this.used.has(fingerprint));
    this.used = new Set();
    for (const [fingerprint, session] of unused) {
      this.sessions.delete(fingerprint);
      await (await session).dispose();
    }
  }

  /** Gives the memory of all networks back. */
  async dispose(): Promise<void> {
    const sessions = [...this.sessions.values()];
    this.sessions.clear();
    for (const session of await Promise.allSettled(sessions)) {
      if (session.status === 'fulfilled') await session.value.dispose();
    }
  }

  private runsOf(fingerprint: string): number {
    return this.runs.get(fingerprint) ?? 0;
  }

  private async open(key: GraphKey, build: BuildGraph): Promise<Session> {
    const checkpoint = await this.provide(key);
    const folder = checkpoint?.folder ?? null;
    const model = await this.graphs.model(this.fingerprintOf({ ...key, checkpoint }), () =>
      toOnnx(this.graph(build, checkpoint), folder ?? ''),
    );
    return Session.load(model, folder, { ...this.sessionOptions, folding: this.folds(checkpoint) });
  }

  private async provide(key: GraphKey): Promise<Checkpoint | null> {
    const { checkpoint, precision } = key;
    checkpoint?.prepare();
    return checkpoint && ((await this.converts(key)?.provide(checkpoint, precision)) ?? checkpoint);
  }

  /** Null where weights stay as they are stored: where they are to be cast in each run. */
  private converts({ precision }: GraphKey): ConvertedWeights | null {
    return this.thrift.castEachRun && precision === 'float32' ? null : this.converted;
  }

  private folds(weights: Checkpoint | null): boolean {
    return !(this.thrift.castEachRun && weights?.storesOtherThan('float32'));
  }

  private graph(build: BuildGraph, checkpoint: Checkpoint | null): Graph {
    const weights = checkpoint ?? NO_WEIGHTS;
    if (!this.attendsExplicitly) return build(this.thrift, weights);
    const mapBytes = Math.min(this.thrift.mapBytes, LARGEST_BUFFER);
    return withExplicitAttention(build({ ...this.thrift, mapBytes }, weights));
  }

  private fingerprintOf({ network, checkpoint, config, options, precision }: GraphKey): string {
    const { mapBytes, recompute } = this.thrift;
    const variant = [
      ...[mapBytes, recompute, precision],
      ...(this.attendsExplicitly ? ['explicit attention'] : []),
    ];
    const facts = JSON.stringify([
      GRAPH_VERSION,
      network,
      checkpoint?.layout ?? null,
      config,
      options,
      ...variant,
    ]);
    return createHash('sha256').update(facts).digest('hex');
  }
}
