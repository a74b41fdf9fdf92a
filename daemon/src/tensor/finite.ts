/** @file Notices arithmetic that has left its range: drawn, it would be a black picture; stored, one for good. */

import { PalimpsestError } from '@palimpsest/protocol';
import type { Tensor } from './tensor.ts';

/**
 * The tensor itself.
 *
 * @throws {PalimpsestError} ENGINE_FAILED when one of its numbers is infinite or NaN.
 */
export function requireFinite(x: Tensor): Tensor {
  if (x.data.every(Number.isFinite)) return x;
  throw new PalimpsestError(
    'ENGINE_FAILED',
    'The numbers left the range of the arithmetic. Run it again with --precision fp32, on the daemon too; if it was, a file of the model may be damaged: get the model anew.',
  );
}
