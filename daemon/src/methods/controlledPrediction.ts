/**
 * @file The UNet under attention control, for a source and a target branch at once (P2P; P2Plus: paper, section 3.4;
 * MasaCtrl).
 *
 * All that changes from step to step comes in as small inputs, so one graph serves the whole edit and no large
 * attention map leaves the runtime.
 */

import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { reduceMean } from '../graph/ops/mean.ts';
import { concat, reshape, slice } from '../graph/ops/movement.ts';
import type { NoiseRequest, Variant, VariedDenoiser } from '../networks/denoiser.ts';
import type { AttentionSite, SiteAttention } from '../networks/spatialTransformer.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { isTargetSite } from './attentionTargets.ts';
import { coarseness, HALF } from './latentGrid.ts';
import { findsThings, finestMaps, type SiteMap } from './siteMaps.ts';

/** Rows of the batch: for each branch, one without its prompt and one with it. */
export const BRANCHES = 4;

/** Which row of the batch is which branch; the two conditional ones are the last. One source branch may be both. */
interface Rows {
  readonly uncondSource: number;
  readonly uncondTarget: number;
  readonly condSource: number;
  readonly condTarget: number;
}
const FOUR_ROWS: Rows = { uncondSource: 0, uncondTarget: 1, condSource: 2, condTarget: 3 };
const THREE_ROWS: Rows = { uncondSource: 1, uncondTarget: 0, condSource: 1, condTarget: 2 };

/** Rows of a batch of 4, or of 3 with one source branch. */
export const rowsOf = (batch: number): Rows => (batch === BRANCHES ? FOUR_ROWS : THREE_ROWS);

/** What attention control does at one step. */
export interface StepControl {
  /** Whether the target's self-attention takes from the source's, in the unconditional and in the conditional branch. */
  readonly selfReplacement: { readonly unconditional: boolean; readonly conditional: boolean };
  /** Cross-attention of the target: source maps x `mapper` [tokens, tokens] + own maps * `own` [tokens]. */
  readonly mapper: Tensor;
  readonly own: Tensor;
}

/**
 * What the target's self-attention takes: the source's maps up to (L/2)^2 tokens (P2P; 32 ** 2 in the official code), or
 * its keys and values from one transformer on, counted from the first (MasaCtrl).
 */
export type SelfInjection =
  | { readonly take: 'maps' }
  | { readonly take: 'keysAndValues'; readonly from: number };

/**
 * Which maps a prediction also returns: none; the mean for LocalBlend by the official rule, at a quarter of the latent's
 * side, or from the finest sites; or that of the official rule, and every small one by itself.
 */
export type MapOutputs = 'none' | 'blend' | 'fineBlend' | 'each';

export interface ControlledPrediction {
  /** [4 or 3, C, h, w] */
  readonly noise: Tensor;
  /** Conditional cross-attention [2, places, tokens] after control, averaged over layers and heads; fine: [2, rows, columns, tokens]. */
  readonly blendMaps?: Tensor;
  /**
   * Conditional cross-attention [2, heads, queries, tokens] after control, up to (L/2)^2 queries, by place and number
   * within it: what the official code stores, and as it counts them.
   */
  readonly maps: ReadonlyMap<string, Tensor>;
}

/** The predicted noise of all branches under control. @param request a batch of 4 rows, or 3: `rowsOf`. */
export const predictControlled = (
  model: VariedDenoiser,
  request: NoiseRequest,
  control: StepControl,
  outputs: MapOutputs,
  injection: SelfInjection = { take: 'maps' },
): Promise<ControlledPrediction> => model.predict(controlled(outputs, injection), request, control);

function controlled(
  outputs: MapOutputs,
  injection: SelfInjection,
): Variant<StepControl, ControlledPrediction> {
  return {
    name: 'controlled',
    options: [outputs, injection],
    build: (inputs, predict) => {
      const { latent, keyContext } = inputs;
      const { graph, shape } = latent;
      const tokens = keyContext.size(1);
      const control: ControlInputs = {
        rows: rowsOf(shape[0]!),
        uncondGate: graph.input('uncondGate', []),
        condGate: graph.input('condGate', []),
        mapper: graph.cast(graph.input('mapper', [tokens, tokens]), graph.precision),
        own: graph.cast(graph.input('own', [tokens]), graph.precision),
      };
      const blendMaps: SiteMap[] = [];
      const blends = outputs === 'fineBlend' ? findsThings : isTargetSite;
      const numbers = { down: 0, mid: 0, up: 0 };
      const record = (site: AttentionSite, map: Value) => {
        if (outputs === 'each' && isSmall(site, shape)) {
          graph.output(`${site.place}_cross/${numbers[site.place]++}`, map);
        }
        if (blends(site, shape)) blendMaps.push({ map: reduceMean(map, [1]), site });
      };
      const attention: SiteAttention = (site, q, k, v) =>
        site.kind === 'cross'
          ? controlledCrossAttention(site, q, k, v, control, record)
          : injectedSelfAttention(site, q, k, v, control, injection, shape);
      graph.output('noise', predict(attention));
      if (outputs !== 'none') {
        const maps = finestMaps(blendMaps, shape);
        const flat = () => reshape(maps, [2, maps.size(1) * maps.size(2), tokens]);
        graph.output('blendMaps', outputs === 'fineBlend' ? maps : flat());
      }
    },
    feeds: ({ selfReplacement, mapper, own }) => ({
      uncondGate: tensor([], [Number(selfReplacement.unconditional)]),
      condGate: tensor([], [Number(selfReplacement.conditional)]),
      mapper,
      own,
    }),
    read: ({ noise, blendMaps, ...maps }) => ({
      noise: noise!,
      ...(blendMaps ? { blendMaps } : {}),
      maps: new Map(Object.entries(maps)),
    }),
  };
}

/** Whether a site's grid is at most half of the latent's side. */
const isSmall = (site: AttentionSite, latentShape: readonly number[]): boolean =>
  coarseness(site, latentShape) >= HALF;

interface ControlInputs {
  readonly rows: Rows;
  readonly uncondGate: Value;
  readonly condGate: Value;
  readonly mapper: Value;
  readonly own: Value;
}

const rowOf = (x: Value, index: number): Value => slice(x, 0, index, index + 1);

function injectedSelfAttention(
  site: AttentionSite,
  q: Value,
  k: Value,
  v: Value,
  control: ControlInputs,
  injection: SelfInjection,
  latentShape: readonly number[],
): Value {
  const gated = (x: Value) => gateTarget(x, control);
  if (injection.take === 'keysAndValues') {
    // Self- and cross-attention alternate, so two sites make one transformer.
    const taken = Math.floor(site.index / 2) >= injection.from;
    return taken ? fusedAttention(q, gated(k), gated(v), site.heads) : fusedAttention(q, k, v, site.heads);
  }
  // The source's queries and keys give its maps, without a map.
  return isSmall(site, latentShape)
    ? fusedAttention(gated(q), gated(k), v, site.heads)
    : fusedAttention(q, k, v, site.heads);
}

/** The source's rows of x [rows, tokens, C] in the target's place where the gate is 1. */
function gateTarget(x: Value, { rows, uncondGate, condGate }: ControlInputs): Value {
  const mixed = (gate: Value, source: number, target: number) =>
    add(mul(gate, rowOf(x, source)), mul(sub(1, gate), rowOf(x, target)));
  const parts = Array.from({ length: x.size(0) }, (_, i) => rowOf(x, i));
  parts[rows.uncondTarget] = mixed(uncondGate, rows.uncondSource, rows.uncondTarget);
  parts[rows.condTarget] = mixed(condGate, rows.condSource, rows.condTarget);
  return concat(parts, 0);
}

/** The unconditional branches' cross-attention is left alone; the conditional target's is mixed from the source's. */
function controlledCrossAttention(
  site: AttentionSite,
  q: Value,
  k: Value,
  v: Value,
  { rows, mapper, own }: ControlInputs,
  record: (site: AttentionSite, map: Value) => void,
): Value {
  const unconditional = (x: Value) => slice(x, 0, 0, rows.condSource);
  const conditional = (x: Value) => slice(x, 0, rows.condSource, x.size(0));
  const alone = fusedAttention(unconditional(q), unconditional(k), unconditional(v), site.heads);
  const map = attentionMap(conditional(q), conditional(k), site.heads);
  const [source, target] = [rowOf(map, 0), rowOf(map, 1)];
  const mixed = concat([source, add(matmul(source, mapper), mul(target, own))], 0);
  record(site, mixed);
  return concat([alone, attend(mixed, conditional(v))], 0);
}
