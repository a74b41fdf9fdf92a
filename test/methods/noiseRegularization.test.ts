import { describe, expect, it } from 'vitest';
import { autoCorrelation, type Rolls, regularize } from '../../daemon/src/methods/noiseRegularization.ts';
import { normalTensor, uniformGenerator } from '../../daemon/src/tensor/random.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';

/** Latents as pictures of many shapes have them; sides of the pyramid become odd, and narrower than its shifts. */
const SHAPES = [
  [1, 4, 64, 64],
  [1, 4, 72, 56],
  [1, 4, 64, 36],
  [1, 4, 128, 32],
  [1, 4, 17, 9],
  [1, 4, 56, 72],
  [1, 4, 512, 2],
] as const;

const noiseOf = (shape: readonly number[]) => normalTensor(shape, uniformGenerator(3));

/** The same shifts each time. */
const shifts = (): Rolls => {
  const uniform = uniformGenerator(5);
  return (limit) => Math.floor(uniform() * limit);
};

describe('the regularisers of pix2pix-zero', () => {
  it.each(SHAPES)('give numbers for noise of [%i, %i, %i, %i]', (...shape) => {
    expect(regularize(noiseOf(shape), shifts()).data.every(Number.isFinite)).toBe(true);
  });

  it.each(SHAPES)('have the gradient of their loss, for noise of [%i, %i, %i, %i]', (...shape) => {
    const noise = noiseOf(shape);
    const { gradient } = autoCorrelation(noise, shifts());
    // Along the gradient itself, where the change is largest against rounding.
    const length = Math.hypot(...gradient.data);
    const along = (distance: number) => {
      const moved = noise.data.map((x, i) => x + (distance * gradient.data[i]!) / length);
      return autoCorrelation(tensor(noise.shape, moved), shifts()).loss;
    };
    const h = 0.05;
    expect((along(h) - along(-h)) / (2 * h) / length).toBeCloseTo(1, 2);
  });
});
