/** @file `npm run parity -- GOLDEN [--model MODEL]`: the engine beside golden tensors, row by row. */

import { basename, dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Networks } from '../models/networks.ts';
import { StableDiffusion } from '../models/stableDiffusion.ts';
import { DEVICES, type Device } from '../runtime/deviceNames.ts';
import { GoldenFolder } from './goldenFolder.ts';
import { runParity } from './parity.ts';

const USAGE = `usage: npm run parity -- GOLDEN [--model MODEL] [--device DEVICE]

Compares the engine with a folder of golden tensors (docs/parity.md).
MODEL is the folder beside GOLDEN of its name with "model" before it, unless it is given.
DEVICE is one of ${DEVICES.join(', ')}; the processor unless it is given. No part of a network may run elsewhere.`;

/** Exit status: 0 all well, 1 a row failed or nothing could be compared, 2 a wrong option. */
async function main(): Promise<number> {
  let options: ReturnType<typeof readArguments>;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : error}\n\n${USAGE}`);
    return 2;
  }
  if (options === null) {
    console.log(USAGE);
    return 0;
  }
  const { device } = options;
  const networks = new Networks(null, { device, wholly: device !== 'cpu' });
  try {
    const golden = new GoldenFolder(options.golden);
    const model = new StableDiffusion(options.model, networks);
    const report = await runParity(golden, model, console.log);
    return report.failed ? 1 : 0;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 1;
  } finally {
    await networks.dispose();
  }
}

function readArguments(): { golden: string; model: string; device: Device } | null {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { model: { type: 'string' }, device: { type: 'string' }, help: { type: 'boolean' } },
  });
  if (values.help) return null;
  const [folder, ...others] = positionals;
  if (folder === undefined || others.length > 0) throw new Error('Give one folder of golden tensors.');
  const golden = resolve(folder);
  const device = DEVICES.find((one) => one === (values.device ?? 'cpu'));
  if (device === undefined) throw new Error(`There is no device ${values.device}.`);
  return { golden, device, model: values.model ?? join(dirname(golden), `model${basename(golden)}`) };
}

process.exitCode = await main();
