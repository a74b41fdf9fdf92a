/** @file The daemon's own page. */

import '@palimpsest/panel/panel.css';
import './page.css';

import { mountPanel } from '@palimpsest/panel';
import {
  type DaemonClient,
  launch,
  PalimpsestError,
  type PendingPairing,
  RPC_PATH,
} from '@palimpsest/protocol';
import { sentenceOf } from '@palimpsest/sdk';
import { signal } from '@preact/signals';
import { render } from 'preact';
import { PageDocument } from './pageDocument.ts';
import { PageHost } from './pageHost.ts';
import { Page } from './view/Page.tsx';

const USED_UP =
  'This link has been used, or is too old. Press “Connect” in the panel: that connects this tab as well.';
/** In a second tab, or from a bookmark. */
const howToConnect =
  'Each tab connects on its own: press “Connect”, and enter the six digits from the terminal where Palimpsest runs, or from a connected tab.';

const address = { urls: [`ws://${location.host}${RPC_PATH}`] };
const pageDocument = new PageDocument();
const host = new PageHost(pageDocument);
const pairing = signal<PendingPairing | null>(null);

/** Swaps the code in the printed link for a token, which stays in this tab. */
async function letIn(): Promise<void> {
  const code = new URLSearchParams(location.hash.slice(1)).get('launch');
  if (code === null) return;
  // The code works once; it need not stay in the address.
  history.replaceState(null, '', '/');
  try {
    await host.writeSetting('token', await launch({ ...address, code, name: 'Palimpsest page' }));
  } catch (error) {
    const isUsedUp = error instanceof PalimpsestError && error.code === 'PAIRING_FAILED';
    host.notify(isUsedUp ? USED_UP : sentenceOf(error), 'error');
  }
}

/** The owner sees the codes of plugins that want to be let in. */
async function showPairings(client: DaemonClient): Promise<void> {
  if (client.welcome.client.access !== 'owner') return;
  client.on('pair.changed', ({ pending }) => {
    pairing.value = pending;
  });
  pairing.value = (await client.call('pair.pending', {})).pending;
}

const place = document.querySelector('#page');
if (place === null) throw new Error('The page lacks the place for its content.');
await letIn();
const panelOptions = {
  address,
  howToConnect,
  howToBegin: 'Open a picture, or select one, and say what it should become.',
  onConnected: (client: DaemonClient) => void showPairings(client),
};
const mount = (element: Element) => mountPanel(element, host, panelOptions);
render(<Page document={pageDocument} host={host} pairing={pairing} mountPanel={mount} />, place);
