/** @file Which device networks run on, and in which precision: as asked for, or the best one that passes a try. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ours, PalimpsestError, sentence } from '@palimpsest/protocol';
import { z } from 'zod';
import type { Precision } from '../weights/precision.ts';
import { DEVICE_NAMES, type Device } from './deviceNames.ts';

/** What a try of a device has shown. */
const Probe = z.object({
  milliseconds: z.number(),
  /** The same on the processor, in ms. */
  processor: z.number(),
  /** The largest difference from the processor, relative to the largest number. */
  error: z.number(),
  /** The same in half precision; null where the device cannot compute in it. */
  half: z.object({ milliseconds: z.number(), error: z.number() }).nullable(),
});
export type Probe = z.infer<typeof Probe>;

export interface ChosenDevice {
  readonly device: Device;
  readonly precision: Precision;
  /** Why these, in a sentence. */
  readonly reason: string;
}

/** Beyond this the device computes something else, not just in another order. */
const MAX_ERROR = 1e-3;
/** Half precision has three digits. */
const MAX_HALF_ERROR = 1e-2;

/** In ms. A driver that hangs is no device, and one in software takes longer than this. */
const MAX_PROBE_TIME = 20_000;

const run = promisify(execFile);

/**
 * The device that was asked for, or the first built-in one that computes what the processor does, in less time.
 *
 * @param precision of the UNet; `auto` is fp16 on a card that a try shows to compute right in it, else fp32. With another,
 *   a device that was asked for is taken without a try.
 * @param tryOut a parameter so that tests need no device.
 * @throws {PalimpsestError} OPTION_INVALID when the one that was asked for is not in the runtime, or failed a try.
 */
export async function chooseDevice(
  wanted: Device | 'auto',
  precision: Precision | 'auto' = 'auto',
  tryOut: (device: Device) => Promise<Probe | null> = probe,
): Promise<ChosenDevice> {
  if (wanted === 'cpu') {
    const chosen = precisionOf(wanted, precision, null);
    return { device: wanted, precision: chosen, reason: `Running on ${DEVICE_NAMES.cpu} in ${chosen}.` };
  }
  // Only now: the daemon, which runs no network, is spared the runtime where there is nothing to choose.
  const { builtInDevices, requireBuiltIn } = await import('./devices.ts');
  if (wanted !== 'auto') {
    requireBuiltIn(wanted);
    const tried = precision === 'auto' ? await tryOut(wanted) : null;
    // Core ML, which is part of its systems, takes parts of a network: a try, which runs wholly there, may say nothing of it.
    if (precision === 'auto' && tried === null && wanted !== 'coreml') throw failedTry(wanted);
    const chosen = precisionOf(wanted, precision, tried);
    return {
      device: wanted,
      precision: chosen,
      reason: `Running on ${DEVICE_NAMES[wanted]}, as asked for, in ${chosen}.`,
    };
  }
  const reasons: string[] = [];
  // Core ML is chosen by hand only: it takes parts of a network, and nobody has measured which.
  for (const device of builtInDevices().filter((one) => one !== 'cpu' && one !== 'coreml')) {
    const tried = await tryOut(device);
    const verdict = judge(tried);
    if (verdict.usable) {
      const chosen = precisionOf(device, precision, tried);
      const reason = `Running on ${DEVICE_NAMES[device]} in ${chosen}: ${verdict.why}.`;
      return { device, precision: chosen, reason };
    }
    reasons.push(`${device}: ${verdict.why}`);
  }
  const others = reasons.length > 0 ? ` (${reasons.join('; ')})` : '';
  const chosen = precisionOf('cpu', precision, null);
  return { device: 'cpu', precision: chosen, reason: `Running on the processor in ${chosen}${others}.` };
}

/** Half precision halves the memory of activations, and the processor is slower in it. */
export function precisionOf(device: Device, wanted: Precision | 'auto', tried: Probe | null): Precision {
  if (wanted !== 'auto') return wanted;
  const isRight = tried?.half != null && tried.half.error <= MAX_HALF_ERROR;
  return device !== 'cpu' && isRight ? 'fp16' : 'fp32';
}

/** Whether a device is worth using, and why. Null is a device that could not be tried. */
export function judge(result: Probe | null): { readonly usable: boolean; readonly why: string } {
  if (result === null) return { usable: false, why: 'there is none that works, or not in time' };
  const { milliseconds, processor, error } = result;
  if (!(error <= MAX_ERROR)) return { usable: false, why: 'it computes something else than the processor' };
  const times = `${milliseconds.toFixed(0)} ms for a try that takes the processor ${processor.toFixed(0)} ms`;
  return { usable: milliseconds < processor, why: times };
}

const failedTry = (device: Device): PalimpsestError =>
  new PalimpsestError(
    'OPTION_INVALID',
    sentence`A try of ${{ device }} failed, or took more than ${{ seconds: MAX_PROBE_TIME / 1000 }} s: ${{ called: ours(DEVICE_NAMES[device]) }} is not there, or its driver is not. ${{ needed: ours(neededBeside(device, process.platform)) }}Choose another --device, or auto; with --precision fp32 it is taken without a try.`,
  );

/** What a device needs beside its driver, as a sentence with a space behind it; empty where it is nothing. */
export function neededBeside(device: Device, platform: NodeJS.Platform): string {
  if (device === 'cuda') return 'CUDA and cuDNN 9 have to be installed. ';
  // NVIDIA's Vulkan driver gives no instance without them, and systems without a desktop leave them out.
  if (device === 'webgpu' && platform === 'linux')
    return 'On Linux, Vulkan also needs the packages libvulkan1, libglvnd0, libglx0 and libegl1. ';
  return '';
}

/** In a process of its own: a driver's fault ends that one, not ours. */
export async function probe(device: Device): Promise<Probe | null> {
  try {
    const program = join(import.meta.dirname, '../../bin/probe.js');
    const { stdout } = await run(process.execPath, [program, device], { timeout: MAX_PROBE_TIME });
    return Probe.parse(JSON.parse(stdout));
  } catch {
    return null;
  }
}
