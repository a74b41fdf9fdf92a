/** The pages are built once before the tests, as `npm start` does. */

import { buildPage } from '../plugins/page/build.ts';
import { buildPhotopea } from '../plugins/photopea/build.ts';

export default async function buildPages(): Promise<void> {
  await Promise.all([buildPage(), buildPhotopea()]);
}
