/** The schedule against the golden numbers, and its limits. */

import { describe, expect, it } from 'vitest';
import { SchedulerConfig } from '../../daemon/src/networks/config.ts';
import { combine, NoiseSchedule, timeFeatures } from '../../daemon/src/networks/noiseSchedule.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';
import { golden, relativeError } from '../golden.ts';

const schedule = new NoiseSchedule(SchedulerConfig.parse({}));

describe('the noise schedule', () => {
  it('has the golden alphas', () => {
    const alphas = golden('scheduler')('alphas_cumprod');
    expect(relativeError(tensor([1000], schedule.alphasCumprod), alphas)).toBeLessThan(1e-6);
  });

  it('counts timesteps from 1, as the pipeline makes the reference do', () => {
    expect(schedule.timesteps(10)).toEqual([901, 801, 701, 601, 501, 401, 301, 201, 101, 1]);
    expect(schedule.timesteps(6)).toEqual([831, 665, 499, 333, 167, 1]);
  });

  it.each([
    [10, 901],
    [10, 1],
    [30, 463],
  ])('steps as the reference does, of %i steps at timestep %i', (steps, timestep) => {
    const file = golden('scheduler');
    const [sample, noise] = [file('sample'), file('eps')];
    const name = (step: string) => file(`T${steps}/${step}_t${timestep}`);
    const previous = combine(schedule.towardsPicture(timestep, steps), sample, noise);
    expect(relativeError(previous, name('prev_step'))).toBeLessThan(5e-6);
    expect(
      relativeError(combine(schedule.towardsNoise(timestep, steps), sample, noise), name('next_step')),
    ).toBeLessThan(5e-6);
    expect(relativeError(schedule.addNoise(sample, noise, timestep), name('add_noise'))).toBeLessThan(5e-6);
  });

  it('turns velocity into the noise that made it', () => {
    const [z0, noise] = [0.3, -0.7];
    const { output, sample } = schedule.velocityFactors(441);
    // z = sqrt(abar) z0 + sqrt(1 - abar) e, v = sqrt(abar) e - sqrt(1 - abar) z0
    const z = output * z0 + sample * noise;
    const v = output * noise - sample * z0;
    expect(output * v + sample * z).toBeCloseTo(noise, 12);
  });

  it.each([0, -1, 1.5, 1000, 5000])('refuses %d steps', (steps) => {
    expect(() => schedule.timesteps(steps)).toThrow(expect.objectContaining({ code: 'OPTION_INVALID' }));
  });
});

describe('time features', () => {
  it('are cosines, then sines, of falling frequency', () => {
    const { data } = timeFeatures(0, 8);
    expect([...data]).toEqual([1, 1, 1, 1, 0, 0, 0, 0]);
    const at3 = timeFeatures(3, 8).data;
    expect(at3[0]).toBeCloseTo(Math.cos(3), 6);
    expect(at3[5]).toBeCloseTo(Math.sin(0.3), 6);
  });
});
