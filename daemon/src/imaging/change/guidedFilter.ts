/**
 * @file A picture's change as a linear function of the picture's own colours, which can then be taken to any size: edges
 * and lettering of the large picture bound the change that was found in the small one.
 *
 * The guided filter with a colour guide (He, Sun, Tang: "Guided Image Filtering", 2013, section 3.5), whose coefficients
 * are brought up in place of its result ("Fast Guided Filter", He and Sun 2015).
 */

import type { Picture } from '../picture.ts';
import { boxMean, channelOf, type Plane, planeOf, product } from './plane.ts';

/** Of the windows in which the change is linear, in pixels: half a cell of the latent. */
const RADIUS = 4;
/** How far away pixels still count for one: those of all windows around it. */
export const REACH = 2 * RADIUS;
/** Differences of colour smaller than this are no edges (its square is the paper's epsilon, of levels 0 to 255). */
const NO_EDGE = 6;

/** For one colour of the change: what it takes of red, green and blue of the guide, and what it is without them. */
export interface Linear {
  readonly slopes: readonly [Plane, Plane, Plane];
  readonly offset: Plane;
}

/** Red, green and blue of a change as functions of the guide's colours around each pixel. */
export function linearIn(guide: Picture, change: readonly [Plane, Plane, Plane]): [Linear, Linear, Linear] {
  const colours = [0, 1, 2].map((channel) => channelOf(guide, channel)) as [Plane, Plane, Plane];
  const means = colours.map((colour) => boxMean(colour, RADIUS));
  const inverse = inverseCovariances(colours, means);
  return change.map((target) => fitted(target, colours, means, inverse)) as [Linear, Linear, Linear];
}

/** The upper triangle, row by row, of a symmetric 3 x 3 matrix at each pixel. */
type Symmetric = readonly [Plane, Plane, Plane, Plane, Plane, Plane];
const PAIRS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 1],
  [1, 2],
  [2, 2],
] as const;
/** Where the matrix has row i, column j. */
const PLACE = [
  [0, 1, 2],
  [1, 3, 4],
  [2, 4, 5],
] as const;

function inverseCovariances(colours: readonly Plane[], means: readonly Plane[]): Symmetric {
  const covariance = PAIRS.map(([i, j]) => {
    const joint = boxMean(product(colours[i]!, colours[j]!), RADIUS);
    const ridge = i === j ? NO_EDGE ** 2 : 0;
    return planeOf(joint, (p) => joint.data[p]! - means[i]!.data[p]! * means[j]!.data[p]! + ridge);
  });
  const inverse = PAIRS.map(() => planeOf(colours[0]!, () => 0));
  for (let p = 0; p < inverse[0]!.data.length; p++) {
    const [a, b, c, d, e, f] = covariance.map(({ data }) => data[p]!) as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const [A, B, C] = [d * f - e * e, c * e - b * f, b * e - c * d];
    const determinant = a * A + b * B + c * C;
    const cofactors = [A, B, C, a * f - c * c, b * c - a * e, a * d - b * b];
    for (const [k, cofactor] of cofactors.entries()) inverse[k]!.data[p] = cofactor / determinant;
  }
  return inverse as unknown as Symmetric;
}

/** The paper's equations 14 and 15, and the means of 16. */
function fitted(
  target: Plane,
  colours: readonly Plane[],
  means: readonly Plane[],
  inverse: Symmetric,
): Linear {
  const mean = boxMean(target, RADIUS);
  const joint = colours.map((colour, i) => {
    const both = boxMean(product(colour, target), RADIUS);
    return planeOf(both, (p) => both.data[p]! - means[i]!.data[p]! * mean.data[p]!);
  });
  const slopes = PLACE.map((row) =>
    planeOf(target, (p) =>
      row.reduce<number>((sum, k, j) => sum + inverse[k]!.data[p]! * joint[j]!.data[p]!, 0),
    ),
  );
  const offset = planeOf(target, (p) =>
    slopes.reduce((rest, slope, i) => rest - slope.data[p]! * means[i]!.data[p]!, mean.data[p]!),
  );
  return {
    slopes: slopes.map((slope) => boxMean(slope, RADIUS)) as [Plane, Plane, Plane],
    offset: boxMean(offset, RADIUS),
  };
}
