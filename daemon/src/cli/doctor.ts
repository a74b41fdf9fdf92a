/** @file `palimpsest doctor`: what works on this machine, and how to fix what does not. */

import { accessSync, constants } from 'node:fs';
import { availableParallelism, freemem, totalmem } from 'node:os';
import { PalimpsestError, readableBytes, render } from '@palimpsest/protocol';
import { Command } from 'commander';
import { defaultBudget } from '../execution/memoryBudget.ts';
import { freeBytes } from '../files/freeBytes.ts';
import { makePrivateFolder } from '../files/privateFiles.ts';
import { runningDaemon } from '../server/lock.ts';
import { openModels } from '../server/openModels.ts';
import { configFolder, type DaemonConfig, readConfig } from '../settings/config.ts';
import { cacheFolder } from '../settings/paths.ts';
import { missingFolders, missingPart } from './missingFiles.ts';
import { EXIT_CODES, wantsJson } from './report.ts';

interface Finding {
  readonly what: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do where it is not well. */
  readonly mend?: string;
}

const GB = 1e9;
/** The least that a careful edit with Stable Diffusion 1.5 takes on the processor (docs/gpu.md, "Which card needs what"). */
const MEMORY_NEEDED = 8.5 * GB;
/** For graphs, inversions and pictures. */
const DISK_NEEDED = 4 * GB;
const NODE_NEEDED = [20, 19] as const;

export function doctorCommand(): Command {
  return new Command('doctor')
    .summary('say what works on this machine, and how to fix what does not')
    .description(
      'Says what works on this machine, and how to fix what does not. Ends with status 1 if something does not.',
    )
    .action(async (_: object, command: Command) => {
      const findings = await examine();
      process.stdout.write(
        wantsJson(command) ? `${JSON.stringify({ findings })}\n` : findings.map(describe).join(''),
      );
      if (findings.some(({ ok }) => !ok)) process.exitCode = EXIT_CODES.failed;
    });
}

async function examine(): Promise<Finding[]> {
  return Promise.all([node(), device(), memory(), disk(), configuration(), models(), daemon()]);
}

function describe({ what, ok, found, mend }: Finding): string {
  return `${ok ? 'ok ' : 'NO '} ${what.padEnd(14)} ${found}\n${ok || mend === undefined ? '' : `    -> ${mend}\n`}`;
}

function node(): Finding {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > NODE_NEEDED[0] || (major === NODE_NEEDED[0] && minor >= NODE_NEEDED[1]);
  return {
    what: 'Node',
    ok,
    found: process.versions.node,
    mend: `Install Node ${NODE_NEEDED.join('.')} or newer.`,
  };
}

async function device(): Promise<Finding> {
  try {
    const { chooseDevice } = await import('../execution/chooseDevice.ts');
    const { builtInDevices } = await import('../execution/devices.ts');
    const wanted = configured()?.device ?? 'cpu';
    const { reason } = await chooseDevice(wanted === 'cpu' ? 'auto' : wanted);
    const found = `${availableParallelism()} processor threads; built in: ${builtInDevices().join(', ')}. ${wanted === 'cpu' ? '--device auto: ' : ''}${reason}`;
    return { what: 'ONNX Runtime', ok: true, found };
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n', 1)[0]! : String(error);
    const mend = error instanceof PalimpsestError ? {} : { mend: 'Run "npm ci" again on this machine.' };
    return { what: 'ONNX Runtime', ok: false, found: reason, ...mend };
  }
}

/** Null for a configuration that cannot be read, which another finding tells. */
function configured(): DaemonConfig | null {
  try {
    return readConfig(configFolder(), {});
  } catch {
    return null;
  }
}

function memory(): Finding {
  const budget = configured()?.memoryBudget ?? defaultBudget('cpu');
  const found = `${readableBytes(freemem())} free of ${readableBytes(totalmem())}; work may take ${readableBytes(budget)}`;
  const mend = `Enough for the demo model. A careful edit with Stable Diffusion 1.5 takes ${readableBytes(MEMORY_NEEDED)} or more at 512 pixels on the processor: use --size 384 there, which takes 7 GB, or 320.`;
  return { what: 'Memory', ok: budget >= MEMORY_NEEDED, found, mend };
}

function disk(): Finding {
  const folder = cacheFolder();
  try {
    makePrivateFolder(folder);
    accessSync(folder, constants.W_OK);
    const free = freeBytes(folder);
    const mend = 'Free some space, or set PALIMPSEST_CACHE to a folder on another disk.';
    return {
      what: 'Cache folder',
      ok: free >= DISK_NEEDED,
      found: `${folder} (${readableBytes(free)} free)`,
      mend,
    };
  } catch {
    const mend = 'Make the folder yours, or set PALIMPSEST_CACHE to one that you can write.';
    return { what: 'Cache folder', ok: false, found: `${folder} cannot be written`, mend };
  }
}

function configuration(): Finding {
  const folder = configFolder();
  try {
    readConfig(folder, {});
    return { what: 'Configuration', ok: true, found: folder };
  } catch (error) {
    return {
      what: 'Configuration',
      ok: false,
      found: error instanceof Error ? error.message : String(error),
    };
  }
}

async function models(): Promise<Finding> {
  const mend =
    'Get one with "palimpsest models pull sd-1.5", or name folders in PALIMPSEST_MODELS, or "models" in config.json.';
  // Loaded here, for it brings the engine's rooms along.
  const { faultOf } = await import('./modelCheck.ts');
  const config = configured();
  if (config === null)
    return { what: 'Models', ok: false, found: 'not looked for: mend the configuration first' };
  try {
    const all = openModels(config).listAll();
    const installed = all.filter(({ refused }) => refused === null);
    if (installed.length === 0) {
      const reasons = all.map(({ name, refused }) => `${name}: ${refused && render(refused, 'here')}`);
      return { what: 'Models', ok: false, found: 'none', mend: [...reasons, mend].join('; ') };
    }
    const faults = [
      ...missingFolders([], config.models),
      ...installed.flatMap(({ name, place }) => {
        const fault = missingPart(place) ?? faultOf(place);
        return fault === null ? [] : [`${name}: ${fault}`];
      }),
    ];
    const found = installed.map(({ name }) => name).join(', ');
    return { what: 'Models', ok: faults.length === 0, found, mend: faults.join(' ') };
  } catch (error) {
    return { what: 'Models', ok: false, found: error instanceof Error ? error.message : String(error), mend };
  }
}

async function daemon(): Promise<Finding> {
  const running = await runningDaemon(configFolder());
  const found =
    running === null ? 'not running; "palimpsest serve" starts it' : `running on port ${running.port}`;
  return { what: 'Daemon', ok: true, found };
}
