/**
 * @file Proximal guidance (Han et al. 2024, section 3.2, and its official code): small differences between the
 * conditional and the unconditional prediction count as errors of the inversion, and are removed.
 */

import type { NoiseSchedule } from '../networks/noiseSchedule.ts';
import { elementCount, type Tensor, tensor } from '../tensor/tensor.ts';

export interface ProximalGuidance {
  /** How the difference shrinks; `l1` shrinks twice. The official code's `l0` is a soft threshold, too. */
  readonly norm: 'none' | 'l0' | 'l1';
  /** The threshold as a quantile of the difference's magnitude. */
  readonly quantile: number;
  /** Where the edit does not act, the latent is drawn to the picture's z_0, or to the stored trajectory. */
  readonly pull: 'none' | 'picture' | 'trajectory';
  /** It pulls below this timestep, by this rate. */
  readonly pullBelow: number;
  readonly pullRate: number;
  /** Pixels of the latent by which the edit's place grows. */
  readonly dilation: number;
}

/** The official code's `recon_t`, `recon_lr` and `dilate_mask`. */
export const OFFICIAL_PULL = { pullBelow: 400, pullRate: 0.1, dilation: 1 } as const;

/** A shrunk difference, and 1 where the edit acts. */
interface Shrunk {
  readonly difference: Tensor;
  readonly kept: Tensor;
}

/** Shrinks a difference e_c - e_u [N, C, h, w] by the threshold; null for the norm `none`. */
export function shrink({ norm, quantile, dilation }: ProximalGuidance, difference: Tensor): Shrunk | null {
  if (norm === 'none') return null;
  const threshold = quantileOf(difference.data.map(Math.abs), quantile);
  const soft = difference.data.map((d) => d - Math.min(Math.max(d, -threshold), threshold));
  const shrunk = tensor(difference.shape, norm === 'l1' ? soft.map((d) => shrinkAgain(d, threshold)) : soft);
  const acts = tensor(
    difference.shape,
    shrunk.data.map((d) => Number(Math.abs(d) > threshold)),
  );
  return { difference: shrunk, kept: dilation > 0 ? dilate(acts, dilation) : acts };
}

/** As in the official code: first positive ones shrink, then whatever is negative by then grows. */
function shrinkAgain(d: number, threshold: number): number {
  const positive = d > 0 ? d - threshold : d;
  return positive < 0 ? positive + threshold : positive;
}

/** Linear interpolation between the two nearest, as PyTorch's `quantile`. */
function quantileOf(values: Float32Array, quantile: number): number {
  const sorted = values.toSorted();
  const place = quantile * (sorted.length - 1);
  const [low, high] = [sorted[Math.floor(place)]!, sorted[Math.ceil(place)]!];
  return low + (place - Math.floor(place)) * (high - low);
}

/** The largest within `radius` of each pixel, channel by channel. */
function dilate({ shape, data }: Tensor, radius: number): Tensor {
  const [height = 0, width = 0] = shape.slice(-2);
  const size = height * width;
  const grown = tensor(shape);
  for (let plane = 0; plane < elementCount(shape); plane += size) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        let largest = 0;
        for (let ny = Math.max(0, y - radius); ny <= Math.min(height - 1, y + radius); ny++) {
          for (let nx = Math.max(0, x - radius); nx <= Math.min(width - 1, x + radius); nx++) {
            largest = Math.max(largest, data[plane + ny * width + nx]!);
          }
        }
        grown.data[plane + y * width + x] = largest;
      }
    }
  }
  return grown;
}

interface Pulled {
  /** [N, C, h, w], after the DDIM step, and the noise that it took. */
  readonly latents: Tensor;
  readonly noise: Tensor;
  readonly kept: Tensor;
  readonly timestep: number;
  readonly steps: number;
  /** Of the steps, counted from the noisiest. */
  readonly step: number;
  /** z*_0..z*_T */
  readonly path: { readonly latents: readonly Tensor[] };
}

/** The latents drawn back where the edit does not act. */
export function pullBack(
  { pull, pullBelow, pullRate }: ProximalGuidance,
  schedule: NoiseSchedule,
  { latents, noise, kept, timestep, steps, step, path }: Pulled,
): Tensor {
  if (pull === 'none' || timestep >= pullBelow) return latents;
  const draw = (x: Tensor, towards: Tensor) =>
    tensor(
      x.shape,
      x.data.map(
        (value, i) =>
          value - pullRate * (1 - kept.data[i]!) * (value - towards.data[i % towards.data.length]!),
      ),
    );
  if (pull === 'trajectory') return draw(latents, path.latents[steps - 1 - step]!);
  const foreseen = draw(schedule.withoutNoise(timestep, steps, latents, noise), path.latents[0]!);
  return schedule.withNoise(timestep, steps, foreseen, noise);
}
