/**
 * @file `tsx bench/attack/main.ts [--only memory|places|pairing|output|work|transfers|frames|headers|tokens]`: what hostile
 * neighbours can do to a daemon (docs/security.md). Each attack has a daemon of its own in a process of its own, on
 * loopback, and is bounded in count and time. Linux, for the figures of memory.
 */

import { parseArgs } from 'node:util';
import { type StartedDaemon, somePort, startDaemon } from '../../test/server/daemon.ts';
import { attackFrames, attackHeaders, attackTransfers, attackWork } from './fairness.ts';
import { attackMemory } from './memory.ts';
import { attackOutput } from './output.ts';
import { attackPairing } from './pairings.ts';
import { attackTokens } from './squatter.ts';
import { attackPlaces } from './strangers.ts';

const { values } = parseArgs({ options: { only: { type: 'string' } } });

async function onDaemon(attack: (daemon: StartedDaemon) => Promise<string[]>): Promise<string[]> {
  const daemon = await startDaemon(somePort());
  try {
    return await attack(daemon);
  } finally {
    await daemon.stop();
  }
}

const ATTACKS = {
  memory: () => onDaemon(attackMemory),
  places: () => onDaemon(attackPlaces),
  pairing: () => onDaemon(attackPairing),
  output: attackOutput,
  work: () => onDaemon(attackWork),
  transfers: () => onDaemon(attackTransfers),
  frames: () => onDaemon(attackFrames),
  headers: () => onDaemon(attackHeaders),
  tokens: attackTokens,
};

for (const [name, attack] of Object.entries(ATTACKS)) {
  if (values.only !== undefined && values.only !== name) continue;
  for (const line of await attack()) console.log(`${name}: ${line}`);
}
