/** The SDK's conformance suite against the built plugin in QuickJS, with a fake Figma around it. */

import { conformance } from '@palimpsest/sdk/conformance';
import { describe, it } from 'vitest';
import { openHost } from './openHost.ts';

describe('Figma as an editor', () => {
  for (const { name, run } of conformance(openHost)) it(name, run);
});
