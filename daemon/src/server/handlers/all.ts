/** @file Every method's handler. */

import type { Handlers } from '../rpc.ts';
import type { HandlerDependencies } from './handlerDependencies.ts';
import { imageHandlers } from './images.ts';
import { inversionHandlers } from './inversions.ts';
import { jobHandlers } from './jobs.ts';
import { modelHandlers } from './models.ts';
import { sessionHandlers } from './session.ts';
import { workHandlers } from './work.ts';

export const allHandlers = (dependencies: HandlerDependencies): Handlers => ({
  ...sessionHandlers(dependencies),
  ...modelHandlers(dependencies),
  ...imageHandlers(dependencies),
  ...inversionHandlers(dependencies),
  ...workHandlers(dependencies),
  ...jobHandlers(dependencies),
});
