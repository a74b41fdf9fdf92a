/** @file Options of inversions that optimise something at each timestep. */

import * as z from 'zod/mini';
import { option } from '../ownOption.ts';

const InnerSteps = z.int().check(z.minimum(1), z.maximum(1000));
const AttentionLoss = z.boolean();

export const innerSteps = (initial: number) =>
  option(
    'Learning steps',
    'optimisation steps at the first denoising step, of which later ones may take fewer',
    InnerSteps,
    initial,
  );

export const earlyStopEpsilon = option(
  'Good enough at',
  'the loss that is good enough to go on',
  z.number().check(z.minimum(0)),
  1e-5,
);

export const attentionLoss = (initial: boolean) =>
  option(
    'Learn where words look',
    'learn where each word looks, not only the pixels',
    AttentionLoss,
    initial,
  );
