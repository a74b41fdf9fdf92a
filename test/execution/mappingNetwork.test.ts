/** The mapping network M_t is loaded as every network is: on the device, within the budget, rehearsed. */

import { EditOptions, InversionOptions } from '@palimpsest/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Networks } from '../../daemon/src/execution/networks.ts';
import { Rehearsal } from '../../daemon/src/execution/rehearsal.ts';
import { Session } from '../../daemon/src/execution/session.ts';
import { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { editPicture } from '../../daemon/src/jobs/editJob.ts';
import { MODEL } from '../golden.ts';

afterEach(() => vi.restoreAllMocks());

/** An edit with one step, for which a mapping network is learned. */
const edit = (model: StableDiffusion) =>
  editPicture(
    model,
    {
      find: async () => null,
      findPartial: async () => null,
      save: async () => {},
      savePartial: async () => {},
    },
    {
      picture: { width: 64, height: 64, rgb: new Uint8Array(64 * 64 * 3).fill(127) },
      source: 'a dog',
      target: 'a cat',
      inversion: InversionOptions.parse({ steps: 1, innerSteps: 1 }),
      edit: EditOptions.parse({}),
    },
  );

describe('the mapping network', () => {
  it('is rehearsed: nothing is loaded meanwhile', async () => {
    const networks = new Networks(null);
    const loads = vi.spyOn(Session, 'load');
    const asked = vi.spyOn(networks, 'load');
    await networks.rehearse(new Rehearsal(), networks.thrift, () =>
      edit(new StableDiffusion(MODEL, networks)),
    );
    expect(asked.mock.calls.map(([{ network }]) => network)).toContain('mapping');
    expect(loads).not.toHaveBeenCalled();
  });

  it('runs as the user chose, and is given back after use where memory is short', async () => {
    const options = { threads: 1, prepacking: true };
    const networks = new Networks(null, options);
    networks.thrift = { ...networks.thrift, releaseAfterUse: true };
    const loads = vi.spyOn(Session, 'load');
    const released = vi.spyOn(networks, 'release');
    await edit(new StableDiffusion(MODEL, networks));
    for (const [, , chosen] of loads.mock.calls) expect(chosen).toMatchObject(options);
    expect(released.mock.calls.map(([{ network }]) => network)).toContain('mapping');
    await networks.dispose();
  });
});
