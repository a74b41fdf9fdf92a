/**
 * @file The noise schedule and deterministic DDIM steps (Song et al. 2021; paper, equations 2 and 3).
 *
 * The official script ignores the scheduler of the model folder and makes a DDIM of its own; its timesteps carry the
 * `steps_offset` of 1 that the pipeline's constructor forces on it.
 */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import { weigh } from '../tensor/arithmetic.ts';
import { requireFinite } from '../tensor/finite.ts';
import { type Tensor, tensor } from '../tensor/tensor.ts';
import type { SchedulerConfig } from './config.ts';

const STEPS_OFFSET = 1;

/** alphas_cumprod of the model's training, and the steps of a trajectory through it. */
export class NoiseSchedule {
  /** abar[t] for each training timestep, float32 as in the reference. */
  readonly alphasCumprod: Float32Array;

  readonly config: SchedulerConfig;

  constructor(config: SchedulerConfig) {
    this.config = config;

    const { num_train_timesteps: count, beta_start, beta_end, beta_schedule } = config;
    const scaled = beta_schedule === 'scaled_linear';
    const [start, end] = scaled ? [Math.sqrt(beta_start), Math.sqrt(beta_end)] : [beta_start, beta_end];
    this.alphasCumprod = new Float32Array(count);
    let product = 1;
    for (let t = 0; t < count; t++) {
      const level = start + ((end - start) * t) / (count - 1);
      product *= 1 - (scaled ? level * level : level);
      this.alphasCumprod[t] = product;
    }
  }

  /** Training timesteps between two neighbours of a trajectory of `steps`. */
  private spacing(steps: number): number {
    return Math.floor(this.config.num_train_timesteps / steps);
  }

  /**
   * The timesteps of a trajectory, noisiest first.
   *
   * @throws {PalimpsestError} OPTION_INVALID when the model was not trained with enough timesteps.
   */
  timesteps(steps: number): number[] {
    const most = this.config.num_train_timesteps - STEPS_OFFSET;
    if (!Number.isInteger(steps) || steps < 1 || steps > most) {
      throw new PalimpsestError(
        'OPTION_INVALID',
        sentence`steps has to be a whole number from 1 to ${{ most }}, not ${{ steps }}.`,
      );
    }
    const spacing = this.spacing(steps);
    return Array.from({ length: steps }, (_, k) => (steps - 1 - k) * spacing + STEPS_OFFSET);
  }

  /** abar at a timestep; below 0 it is abar[0] (set_alpha_to_one is off), and it ends with the schedule. */
  private alpha(timestep: number): number {
    return this.alphasCumprod[Math.min(Math.max(timestep, 0), this.alphasCumprod.length - 1)]!;
  }

  /** Factors of the step from `timestep` to the next less noisy one: z' = latent * z + noise * e (equation 2). */
  towardsPicture(timestep: number, steps: number): StepFactors {
    return ddimFactors(this.alpha(timestep), this.alpha(timestep - this.spacing(steps)));
  }

  /** Factors of the step to `timestep` from the next less noisy one (equation 3). */
  towardsNoise(timestep: number, steps: number): StepFactors {
    return ddimFactors(this.alpha(timestep - this.spacing(steps)), this.alpha(timestep));
  }

  /**
   * Factors of the step from `timestep` to the next noisier one, as the scheduler of pix2pix-zero's inversion has it:
   * one training timestep below both.
   */
  beyond(timestep: number, steps: number): StepFactors {
    return ddimFactors(this.alpha(timestep - 1), this.alpha(timestep + this.spacing(steps) - 1));
  }

  /**
   * The z_0 that is foreseen after the step from `timestep`: its latent without the noise that was predicted.
   *
   * @param latent after the step.
   */
  withoutNoise(timestep: number, steps: number, latent: Tensor, noise: Tensor): Tensor {
    const alpha = this.alpha(timestep - this.spacing(steps));
    return combine({ latent: 1 / Math.sqrt(alpha), noise: -Math.sqrt(1 / alpha - 1) }, latent, noise);
  }

  /** The latent after the step from `timestep` that foresees this z_0 and takes this noise: undoes `withoutNoise`. */
  withNoise(timestep: number, steps: number, picture: Tensor, noise: Tensor): Tensor {
    return this.addNoise(picture, noise, timestep - this.spacing(steps));
  }

  /** The forward process: sqrt(abar) z + sqrt(1 - abar) noise. */
  addNoise(latent: Tensor, noise: Tensor, timestep: number): Tensor {
    return combine(
      { latent: Math.sqrt(this.alpha(timestep)), noise: Math.sqrt(1 - this.alpha(timestep)) },
      latent,
      noise,
    );
  }

  /** noise = output * v + sample * z turns a predicted velocity into noise (Salimans and Ho 2022). */
  velocityFactors(timestep: number): { readonly output: number; readonly sample: number } {
    return { output: Math.sqrt(this.alpha(timestep)), sample: Math.sqrt(1 - this.alpha(timestep)) };
  }
}

/** A DDIM step is linear in the latent and the noise. */
export interface StepFactors {
  readonly latent: number;
  readonly noise: number;
}

function ddimFactors(from: number, to: number): StepFactors {
  const latent = Math.sqrt(to / from);
  return { latent, noise: Math.sqrt(1 - to) - latent * Math.sqrt(1 - from) };
}

/**
 * factors.latent * z + factors.noise * e, of any shape.
 *
 * @throws {PalimpsestError} ENGINE_FAILED when it is not finite: each step of each method comes by here.
 */
export function combine(factors: StepFactors, latent: Tensor, noise: Tensor): Tensor {
  return requireFinite(weigh(factors.latent, latent, factors.noise, noise));
}

/**
 * The sinusoidal features of a timestep: [1, width], cosines first.
 *
 * Rounded to float32 at each step as the reference computes it: at t = 958 the angle's rounding is visible otherwise.
 */
export function timeFeatures(timestep: number, width: number): Tensor {
  const half = width / 2;
  const features = tensor([1, width]);
  for (let i = 0; i < half; i++) {
    const exponent = Math.fround(Math.fround(-Math.log(10000) * i) / half);
    const angle = Math.fround(timestep * Math.fround(Math.exp(exponent)));
    features.data[i] = Math.cos(angle);
    features.data[half + i] = Math.sin(angle);
  }
  return features;
}
