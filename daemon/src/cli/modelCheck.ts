/** @file Whether an installed model can be used, without loading it. */

import { render } from '@palimpsest/protocol';
import { problemOf } from '../catalog/modelFolder.ts';
import type { ModelPlace } from '../catalog/modelRegistry.ts';
import { inspectModel } from '../execution/inspect.ts';
import { Networks } from '../execution/networks.ts';
import { StableDiffusion } from '../execution/stableDiffusion.ts';

/** What is wrong with a model, or null. */
export function faultOf({ folder, imageEncoder }: ModelPlace): string | null {
  const problem = problemOf(() =>
    inspectModel(new StableDiffusion(folder, new Networks(null), { imageEncoder })),
  );
  return problem && render(problem, 'here');
}
