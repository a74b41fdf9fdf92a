/** @file The panel, for any editor's window. Its styles are in panel.css. */

import type { Address, DaemonClient } from '@palimpsest/protocol';
import type { EditorHost } from '@palimpsest/sdk';
import { render } from 'preact';
import { PanelModel } from './model/panelModel.ts';
import { Panel } from './view/Panel.tsx';

export interface PanelOptions {
  /** Where the daemon is, for a page that it serves itself; else its usual places are tried. */
  readonly address?: Address;
  /** How to connect, where that is not done once for all; in the place of the usual sentence. */
  readonly howToConnect?: string;
  /** What to do where nothing is selected; in the place of the usual sentence. */
  readonly howToBegin?: string;
  /** Told of each client that has said hello to a daemon; it connects again by itself. */
  readonly onConnected?: (client: DaemonClient) => void;
}

const ONCE =
  'It is running on this computer. Connecting happens once: it shows a code, and you type the code in here.';

const SELECT = 'Select a layer, and say what it should become.';

/**
 * Shows the panel, and looks for the daemon.
 *
 * @returns what ends it; jobs go on, and the panel finds them when it is opened again.
 */
export function mountPanel(element: Element, host: EditorHost, options: PanelOptions = {}): () => void {
  const model = new PanelModel(host, options.address ?? {}, options.onConnected);
  const { howToConnect = ONCE, howToBegin = SELECT } = options;
  render(<Panel {...{ model, howToConnect, howToBegin }} />, element);
  return () => {
    render(null, element);
    model.close();
  };
}
