/** @file hello, pairing, clients. */

import {
  newNonce,
  PalimpsestError,
  PROTOCOL_VERSION,
  proofOfDaemon,
  sentence,
  tokenOfProof,
} from '@palimpsest/protocol';
import type { Caller } from '../caller.ts';
import type { HandlerDependencies, Part } from './handlerDependencies.ts';

/** What this daemon can do beyond version 1 of the protocol. */
const CAPABILITIES: string[] = ['styleTransfer'];

/** Nobody that the daemon knows: the connection is closed after the answer. */
function stranger(caller: Caller): PalimpsestError {
  caller.turnAway('The token is not valid.');
  return new PalimpsestError('NOT_AUTHORISED', 'The token is not valid, or was revoked. Pair again.');
}

/** A challenge is good for one proof. */
async function provenToken(proof: string | undefined, caller: Caller): Promise<string | null> {
  const { challenge } = caller;
  caller.challenge = null;
  if (challenge === null || proof === undefined) return null;
  return tokenOfProof(proof, challenge.key, challenge.handshake);
}

export function sessionHandlers({
  backend,
  clients,
  pairing,
  connections,
  onPaired,
  port,
  version,
}: HandlerDependencies): Part<'hello' | 'hello.prove' | `pair.${string}` | `clients.${string}`> {
  return {
    'hello.prove': async ({ name, nonce }, caller) => {
      const client = await clients.named(name);
      if (client === null) throw stranger(caller);
      const { key } = client;
      const handshake = { port: port(), clientNonce: nonce, daemonNonce: newNonce() };
      caller.challenge = { key, handshake };
      return { nonce: handshake.daemonNonce, proof: await proofOfDaemon(key, handshake) };
    },
    hello: async ({ token, proof, protocol }, caller) => {
      if (protocol !== PROTOCOL_VERSION) {
        throw new PalimpsestError(
          'PROTOCOL_UNSUPPORTED',
          sentence`This daemon speaks version ${{ version: PROTOCOL_VERSION }} of the protocol. Update the older of the two.`,
        );
      }
      const told = token ?? (await provenToken(proof, caller));
      const client = told === null ? null : clients.authenticate(told);
      if (client === null) throw stranger(caller);
      caller.greet(client);
      return { protocol: PROTOCOL_VERSION, version, client, capabilities: CAPABILITIES };
    },
    'pair.request': async ({ name }, caller) => {
      caller.beginPairing();
      try {
        return await pairing.request(name, {
          ...{ origin: caller.origin, agent: caller.agent, requester: caller, signal: caller.gone },
          onWaiting: (others) => caller.tellWaiting(others),
          onOver: (why) => caller.endPairing(why),
        });
      } catch (error) {
        caller.endPairing('refused');
        throw error;
      }
    },
    'pair.confirm': async ({ pairing: id, code }) => {
      const granted = await clients.grant(pairing.confirm(id, code), 'client');
      onPaired(granted.client);
      return granted;
    },
    'pair.launch': async ({ code, name }) => {
      pairing.launchCodes.redeem(code);
      const before = clients.list();
      const granted = await clients.grant(name, 'owner');
      const known = new Set(clients.list().map(({ id }) => id));
      for (const { id } of before) if (!known.has(id)) connections.revoke(id);
      return granted;
    },
    'pair.pending': () => ({ pending: pairing.pending }),
    'clients.list': () => ({ clients: clients.list() }),
    'clients.revoke': async ({ id }) => {
      const isIn = clients.list().some((client) => client.id === id);
      // It holds from now on, also where the disk cannot keep it.
      const kept = clients.revoke(id);
      if (isIn) connections.revoke(id);
      backend.ownership.keepOnly((owner) => owner !== id || !isIn);
      const [revoked] = await Promise.all([kept, isIn ? backend.jobs.cancelAllOf(id) : null]);
      return { revoked };
    },
  };
}
