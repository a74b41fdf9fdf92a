/**
 * @file The UNet under attention control, for a source and a target branch at once (P2P, and P2Plus: section 3.4).
 *
 * The batch is [uncond source, uncond target, cond source, cond target]. All that changes from step to step comes in
 * as small inputs, so one graph serves the whole edit and no large attention map leaves the runtime.
 */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Value } from '../graph/graph.ts';
import { attend, attentionMap, fusedAttention } from '../graph/ops/attention.ts';
import { add, mul, sub } from '../graph/ops/elementwise.ts';
import { matmul } from '../graph/ops/linear.ts';
import { concat, reshape, slice } from '../graph/ops/movement.ts';
import { reduceMean } from '../graph/ops/reduction.ts';
import type { AttentionSite, SiteAttention } from '../models/spatialTransformer.ts';
import type { NoiseRequest, UNetNetwork, UNetVariant } from '../models/unetNetwork.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import { isTargetSite } from './attentionTargets.ts';

/** Rows of the batch. */
export const BRANCHES = 4;

/** What attention control does at one step. */
export interface StepControl {
  /** Whether the target's self-attention is the source's, in the unconditional and in the conditional branch. */
  readonly selfReplacement: { readonly unconditional: boolean; readonly conditional: boolean };
  /** Cross-attention of the target: source maps x `mapper` [tokens, tokens] + own maps * `own` [tokens]. */
  readonly mapper: Tensor;
  readonly own: Tensor;
}

/** Which maps a prediction also returns: nothing, the mean for LocalBlend, or also every small one by itself. */
export type MapOutputs = 'none' | 'blend' | 'each';

export interface ControlledPrediction {
  /** [4, C, h, w] */
  readonly noise: Tensor;
  /** Conditional cross-attention [2, h/4 * w/4, tokens] after control, averaged over layers and heads. */
  readonly blendMaps?: Tensor;
  /**
   * Conditional cross-attention [2, heads, queries, tokens] after control, up to (L/2)^2 queries, by place and number
   * within it: what the official code stores, and as it counts them.
   */
  readonly maps: ReadonlyMap<string, Tensor>;
}

/** The predicted noise of all branches under control. */
export async function predictControlled(
  unet: UNetNetwork,
  request: NoiseRequest,
  { selfReplacement, mapper, own }: StepControl,
  outputs: MapOutputs,
): Promise<ControlledPrediction> {
  const { session } = await unet.load(controlled(outputs), request.latent.shape);
  const gates = [selfReplacement.unconditional, selfReplacement.conditional].map(Number);
  const { noise, blendMaps, ...maps } = await session.run({
    ...unet.feeds(request),
    selfGates: tensor([2, 1, 1, 1], gates),
    mapper,
    own,
  });
  return { noise: noise!, ...(blendMaps ? { blendMaps } : {}), maps: new Map(Object.entries(maps)) };
}

function controlled(outputs: MapOutputs): UNetVariant {
  return {
    name: 'controlled',
    options: outputs,
    build: (inputs, predict) => {
      const { latent, keyContext } = inputs;
      const { graph, shape } = latent;
      const tokens = keyContext.size(1);
      const control = {
        selfGates: graph.input('selfGates', [2, 1, 1, 1]),
        mapper: graph.input('mapper', [tokens, tokens]),
        own: graph.input('own', [tokens]),
      };
      const blendMaps: Value[] = [];
      const numbers = { down: 0, mid: 0, up: 0 };
      const record = (site: AttentionSite, map: Value) => {
        if (outputs === 'each' && isSmall(site, shape, 2)) {
          graph.output(`${site.place}_cross/${numbers[site.place]++}`, map);
        }
        if (isTargetSite(site, shape)) blendMaps.push(reduceMean(map, [1]));
      };
      graph.output('noise', predict(controlAttention(shape, control, record)));
      if (outputs !== 'none') {
        if (blendMaps.length === 0) throw noBlendMaps();
        const sum = blendMaps.reduce(add);
        graph.output('blendMaps', reshape(mul(sum, 1 / blendMaps.length), [2, sum.size(2), tokens]));
      }
    },
  };
}

function noBlendMaps(): PalimpsestError {
  return new PalimpsestError(
    'CONFIG_UNSUPPORTED',
    "This model has no cross-attention at a quarter of the latent's side, so words cannot bound a change. Use a mask.",
  );
}

/** Whether a site's grid is at most 1 / divisor of the latent's side: as many queries as (L / divisor)^2. */
const isSmall = (
  { height, width }: AttentionSite,
  [, , h = 0, w = 0]: readonly number[],
  divisor: number,
): boolean => height * width * divisor * divisor <= h * w;

interface ControlInputs {
  readonly selfGates: Value;
  readonly mapper: Value;
  readonly own: Value;
}

function controlAttention(
  latentShape: readonly number[],
  control: ControlInputs,
  record: (site: AttentionSite, map: Value) => void,
): SiteAttention {
  return (site, q, k, v) => {
    if (site.kind === 'cross') return controlledCrossAttention(site, q, k, v, control, record);
    // Self-attention is replaced up to (L/2)^2 tokens (32 ** 2 in the official code), the larger ones never.
    const replaced = isSmall(site, latentShape, 2);
    const [queries, keys] = replaced ? [q, k].map((x) => gateTarget(x, control.selfGates)) : [q, k];
    return fusedAttention(queries!, keys!, v, site.heads);
  };
}

/**
 * The source's queries (or keys) in the target's place where the gate is 1: the same maps as replacing the map itself,
 * without a map. x: [4, tokens, C], as [2, 2, tokens, C]: branch, prompt.
 */
function gateTarget(x: Value, gates: Value): Value {
  const byBranch = reshape(x, [2, 2, x.size(1), x.size(2)]);
  const [source, target] = [slice(byBranch, 1, 0, 1), slice(byBranch, 1, 1, 2)];
  const gated = add(mul(gates, source), mul(sub(1, gates), target));
  return reshape(concat([source, gated], 1), x.shape);
}

/** The unconditional branch's cross-attention is left alone; the conditional target's is mixed from the source's. */
function controlledCrossAttention(
  site: AttentionSite,
  q: Value,
  k: Value,
  v: Value,
  { mapper, own }: ControlInputs,
  record: (site: AttentionSite, map: Value) => void,
): Value {
  const branch = (x: Value, start: number) => slice(x, 0, start, start + 2);
  const unconditional = fusedAttention(branch(q, 0), branch(k, 0), branch(v, 0), site.heads);
  const map = attentionMap(branch(q, 2), branch(k, 2), site.heads);
  const [source, target] = [slice(map, 0, 0, 1), slice(map, 0, 1, 2)];
  const mixed = concat([source, add(matmul(source, mapper), mul(target, own))], 0);
  record(site, mixed);
  return concat([unconditional, attend(mixed, branch(v, 2))], 0);
}
