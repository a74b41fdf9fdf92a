/**
 * Every kind of network on WebGPU, with gradients, beside the processor: on SwiftShader, a graphics card in software, of
 * Debian's chromium. The processor is forbidden as a fallback.
 */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

/** Where it is said how to load the driver; the driver's own loader of Vulkan lies beside it. */
const DRIVER = process.env.VK_ICD_FILENAMES ?? '/usr/lib/chromium/vk_swiftshader_icd.json';
const hint = existsSync(DRIVER) ? '' : ` (no ${DRIVER}: apt-get install chromium)`;

it.skipIf(hint !== '')(
  `WebGPU computes what the processor does${hint}`,
  async () => {
    // The driver's faults end the process that uses it.
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'program.ts')],
      {
        env: {
          ...process.env,
          VK_ICD_FILENAMES: DRIVER,
          LD_LIBRARY_PATH: `${dirname(DRIVER)}:${process.env.LD_LIBRARY_PATH ?? ''}`,
          XDG_RUNTIME_DIR: tmpdir(),
        },
      },
    );
    const differences: Record<string, number> = JSON.parse(stdout);
    expect(Object.keys(differences)).toHaveLength(8);
    for (const [network, difference] of Object.entries(differences))
      expect(difference, network).toBeLessThan(1e-5);
    // Half a minute of processor time: the shaders are compiled.
  },
  900_000,
);
