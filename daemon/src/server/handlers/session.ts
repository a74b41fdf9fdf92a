/** @file hello, pairing, clients. */

import { PalimpsestError, PROTOCOL_VERSION } from '@palimpsest/protocol';
import type { Desk, Part } from './desk.ts';

/** What this daemon can do beyond version 1 of the protocol. */
const CAPABILITIES: string[] = ['styleTransfer'];

export function sessionHandlers({
  backend,
  clients,
  pairing,
  hub,
  onPaired,
  version,
}: Desk): Part<'hello' | `pair.${string}` | `clients.${string}`> {
  return {
    hello: ({ token, protocol }, caller) => {
      if (protocol !== PROTOCOL_VERSION) {
        throw new PalimpsestError(
          'PROTOCOL_UNSUPPORTED',
          `This daemon speaks version ${PROTOCOL_VERSION} of the protocol. Update the older of the two.`,
        );
      }
      const client = clients.authenticate(token);
      if (client === null) {
        caller.turnAway('The token is not valid.');
        throw new PalimpsestError('NOT_AUTHORISED', 'The token is not valid, or was revoked. Pair again.');
      }
      caller.greet(client);
      return { protocol: PROTOCOL_VERSION, version, client, capabilities: CAPABILITIES };
    },
    'pair.request': ({ name }, caller) => {
      const asked = pairing.request(name);
      caller.waitForCode(asked.secondsLeft);
      caller.gone.addEventListener('abort', () => pairing.withdraw(asked.pairing));
      if (caller.gone.aborted) pairing.withdraw(asked.pairing);
      return asked;
    },
    'pair.confirm': async ({ pairing: id, code }) => {
      const granted = await clients.grant(pairing.confirm(id, code), 'client');
      onPaired(granted.client);
      return granted;
    },
    'pair.launch': ({ code, name }) => {
      pairing.redeemLaunchCode(code);
      return clients.grant(name, 'owner');
    },
    'pair.pending': () => ({ pending: pairing.pending }),
    'clients.list': () => ({ clients: clients.list() }),
    'clients.revoke': async ({ id }) => {
      const isIn = clients.list().some((client) => client.id === id);
      // It holds from now on, also where the disk cannot keep it.
      const kept = clients.revoke(id);
      if (isIn) hub.revoke(id);
      backend.ownership.keepOnly((owner) => owner !== id || !isIn);
      const [revoked] = await Promise.all([kept, isIn ? backend.jobs.cancelAllOf(id) : null]);
      return { revoked };
    },
  };
}
