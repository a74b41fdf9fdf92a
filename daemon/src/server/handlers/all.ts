/** @file Every method's handler. */

import type { Handlers } from '../rpc.ts';
import type { Desk } from './desk.ts';
import { imageHandlers } from './images.ts';
import { inversionHandlers } from './inversions.ts';
import { jobHandlers } from './jobs.ts';
import { modelHandlers } from './models.ts';
import { sessionHandlers } from './session.ts';
import { workHandlers } from './work.ts';

export const allHandlers = (desk: Desk): Handlers => ({
  ...sessionHandlers(desk),
  ...modelHandlers(desk),
  ...imageHandlers(desk),
  ...inversionHandlers(desk),
  ...workHandlers(desk),
  ...jobHandlers(desk),
});
