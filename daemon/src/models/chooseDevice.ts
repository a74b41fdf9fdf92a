/** @file On which device networks run: the one that was asked for, or the best that a try has shown to work. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DEVICE_NAMES, type Device } from '../runtime/deviceNames.ts';
import { builtInDevices, requireBuiltIn } from '../runtime/devices.ts';

/** What a try of a device has shown. */
const Probe = z.object({
  milliseconds: z.number(),
  /** The same on the processor, in ms. */
  processor: z.number(),
  /** The largest difference from the processor, relative to the largest number. */
  error: z.number(),
});
export type Probe = z.infer<typeof Probe>;

export interface ChosenDevice {
  readonly device: Device;
  /** Why this one, in a sentence. */
  readonly reason: string;
}

/** Beyond this the device computes something else, not just in another order. */
const MAX_ERROR = 1e-3;

/** In ms. A driver that hangs is no device, and one in software takes longer than this. */
const MAX_PROBE_TIME = 20_000;

const run = promisify(execFile);

/**
 * The device that was asked for, or the first built-in one that computes what the processor does, in less time.
 *
 * @throws {PalimpsestError} OPTION_INVALID when the runtime was not built for the one that was asked for.
 */
export async function chooseDevice(wanted: Device | 'auto'): Promise<ChosenDevice> {
  if (wanted !== 'auto') {
    requireBuiltIn(wanted);
    return { device: wanted, reason: `Running on ${DEVICE_NAMES[wanted]}, as asked for.` };
  }
  const reasons: string[] = [];
  // Core ML is chosen by hand only: it takes parts of a network, and nobody has measured which.
  for (const device of builtInDevices().filter((one) => one !== 'cpu' && one !== 'coreml')) {
    const verdict = judge(await probe(device));
    if (verdict.usable) return { device, reason: `Running on ${DEVICE_NAMES[device]}: ${verdict.why}.` };
    reasons.push(`${device}: ${verdict.why}`);
  }
  const others = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  return { device: 'cpu', reason: `Running on the processor${others}.` };
}

/** Whether a device is worth using, and why. Null is a device that could not be tried. */
export function judge(result: Probe | null): { readonly usable: boolean; readonly why: string } {
  if (result === null) return { usable: false, why: 'there is none that works, or not in time' };
  const { milliseconds, processor, error } = result;
  if (!(error <= MAX_ERROR)) return { usable: false, why: 'it computes something else than the processor' };
  const times = `${milliseconds.toFixed(0)} ms for a try that takes the processor ${processor.toFixed(0)} ms`;
  return { usable: milliseconds < processor, why: times };
}

/** In a process of its own: a driver's fault ends that one, not ours. */
async function probe(device: Device): Promise<Probe | null> {
  try {
    const program = join(import.meta.dirname, 'probeDevice.ts');
    const { stdout } = await run(process.execPath, ['--import', 'tsx', program, device], {
      timeout: MAX_PROBE_TIME,
      cwd: import.meta.dirname,
    });
    return Probe.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
