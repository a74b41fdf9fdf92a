// The sources are TypeScript and run as they are.
import { accessSync, constants } from 'node:fs';
import { tmpdir } from 'node:os';

try {
  accessSync(tmpdir(), constants.W_OK);
} catch {
  // What is compiled is kept there between runs, and without that each compiles anew; so do those that it starts.
  process.env.TSX_DISABLE_CACHE = '1';
}
const { register } = await import('tsx/esm/api');
register();
