/** @file What the runtime has to be told for each device. */

import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PalimpsestError, sentence, telling, verbatim } from '@palimpsest/protocol';
import { DEVICES, type Device } from './deviceNames.ts';
import { type InferenceSession, ort } from './onnxRuntime.ts';

/** The devices that this build of the runtime has code for; whether there is such a device only a try tells. */
export function builtInDevices(): Device[] {
  const bundled = ort.listSupportedBackends().filter((backend) => backend.bundled);
  return DEVICES.filter(
    (device) => bundled.some(({ name }) => name === device) || (device === 'cuda' && hasCuda()),
  );
}

/**
 * Execution providers in the order in which the runtime asks them for each operator. What the device does not know runs
 * on the processor.
 */
export function providersFor(device: Device): InferenceSession.ExecutionProviderConfig[] {
  switch (device) {
    case 'cpu':
      return ['cpu'];
    case 'webgpu':
      // Shapes are static: buffers of the exact size are used again, and no memory is lost to rounding up.
      return [{ name: 'webgpu', preferredLayout: 'NCHW', storageBufferCacheMode: 'simple' }, 'cpu'];
    case 'cuda':
      return [{ name: 'cuda', deviceId: 0 }, 'cpu'];
    case 'dml':
      return [{ name: 'dml', deviceId: 0 }, 'cpu'];
    case 'coreml':
      return [{ name: 'coreml' }, 'cpu'];
  }
}

/** CUDA's part is added by a script of the runtime's, which its own list does not notice. */
function hasCuda(): boolean {
  const binaries = join(dirname(fileURLToPath(import.meta.resolve('onnxruntime-node'))), '../bin');
  const [napi = ''] = readdirSync(binaries).filter((name) => name.startsWith('napi-'));
  return existsSync(join(binaries, napi, process.platform, process.arch, 'libonnxruntime_providers_cuda.so'));
}

/** @throws {PalimpsestError} OPTION_INVALID when the runtime was not built for it. */
export function requireBuiltIn(device: Device): void {
  const here = builtInDevices();
  if (here.includes(device)) return;
  if (device === 'cuda') {
    throw new PalimpsestError(
      'OPTION_INVALID',
      telling(
        verbatim(
          'CUDA is not part of the runtime as it comes. On Linux x64 with an NVIDIA card, run "node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install" once; or choose another --device, or auto.',
        ),
        { device, available: here },
      ),
    );
  }
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`This build of the runtime has no ${{ device }}. It has: ${{ available: here }}. Choose one of these with --device, or auto.`,
  );
}
