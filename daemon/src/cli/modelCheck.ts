/** @file Whether an installed model can be used, without loading it. */

import { inspectModel } from '../models/inspect.ts';
import { problemOf } from '../models/modelFolder.ts';
import type { ModelPlace } from '../models/modelRegistry.ts';
import { Networks } from '../models/networks.ts';
import { StableDiffusion } from '../models/stableDiffusion.ts';

/** What is wrong with a model, or null. */
export function faultOf({ folder, imageEncoder }: ModelPlace): string | null {
  return problemOf(() => inspectModel(new StableDiffusion(folder, new Networks(null), { imageEncoder })));
}
