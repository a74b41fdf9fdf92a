/**
 * @file The conformance suite: every promise of `EditorHost` as a check. It needs no test runner:
 *
 *     for (const { name, run } of conformance(openMyEditor)) it(name, run);
 */

import { exporting } from './exporting.ts';
import type { HostUnderTest } from './hands.ts';
import { keeping } from './keeping.ts';
import { placing } from './placing.ts';
import { selecting } from './selecting.ts';

export { type Area, cornersOf, type EditorHands, type HostUnderTest, type SeenLayer } from './hands.ts';
export { BrokenPromise } from './promise.ts';

/**
 * The checks of a host, by name. Each opens an editor of its own and closes it again.
 *
 * @param open an editor with an empty document, and a host in it.
 */
export function* conformance(
  open: () => Promise<HostUnderTest>,
): Generator<{ readonly name: string; readonly run: () => Promise<void> }> {
  for (const check of [...selecting, ...exporting, ...placing, ...keeping]) {
    yield {
      name: check.name,
      run: async () => {
        const editor = await open();
        try {
          await check.run(editor);
        } finally {
          await editor.close();
        }
      },
    };
  }
}
