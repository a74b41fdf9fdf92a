/** @file The page: pictures on the left, the chosen one in the middle, the panel on the right. */

import { type PendingPairing, placeOf, shownName } from '@palimpsest/protocol';
import { writeMemory } from '@palimpsest/sdk';
import type { Signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import type { Example } from '../examples.ts';
import { openFiles } from '../openFiles.ts';
import type { PageDocument } from '../pageDocument.ts';
import type { PageHost } from '../pageHost.ts';
import { pictureOf } from '../pictures.ts';
import { Layers } from './Layers.tsx';
import { Moved } from './Moved.tsx';
import { Stage } from './Stage.tsx';
import { Welcome } from './Welcome.tsx';

/** Of a picture that was dragged from a page which gives its address alone, and of dragged text. */
const NO_FILE =
  'Nothing was dropped that can be opened. Save the picture as a file first, or copy it and paste it here.';

interface PageProps {
  readonly document: PageDocument;
  readonly host: PageHost;
  /** A plugin that wants to be let in. */
  readonly pairing: Signal<PendingPairing | null>;
  /** Shows the panel in an element; returns what ends it. */
  readonly mountPanel: (element: Element) => () => void;
}

export function Page({ document, host, pairing, mountPanel }: PageProps) {
  const open = (files: readonly File[]) => openFiles(files, { document, host });
  const openExample = async ({ png, source, target }: Example) => {
    host.notice.value = null;
    const layer = document.add(source, await pictureOf(png));
    await host.remember(layer.id, writeMemory({ version: 1, history: [], draft: { source, target } }));
    document.select(layer.id);
  };
  const over = useDropped(open, () => host.notify(NO_FILE, 'error'));
  useWarning(document);
  const shown = document.shown.value;
  return (
    <div class="page" data-over={over}>
      <header>
        <h1>Palimpsest</h1>
        <p>Edit pictures with words, on this computer.</p>
        <Moved document={document} />
      </header>
      <Notices {...{ host, pairing }} />
      <main>
        {document.layers.value.length > 0 && <Layers document={document} onOpen={open} />}
        {shown === null ? (
          <Welcome history={document.history} onOpen={open} onExample={openExample} />
        ) : (
          <Stage key={shown.id} document={document} layer={shown} />
        )}
        <PanelPlace mountPanel={mountPanel} />
      </main>
    </div>
  );
}

function PanelPlace({ mountPanel }: Pick<PageProps, 'mountPanel'>) {
  const [place, setPlace] = useState<Element | null>(null);
  useEffect(() => (place === null ? undefined : mountPanel(place)), [place, mountPanel]);
  return <aside aria-label="Palimpsest" ref={setPlace} />;
}

function Notices({ host, pairing }: Pick<PageProps, 'host' | 'pairing'>) {
  const notice = host.notice.value;
  const pending = pairing.value;
  return (
    <div class="notices" aria-live="polite">
      {pending !== null && (
        <section class="pairing" aria-label="Pairing">
          <p>
            <strong>{shownName(pending.name)}</strong> wants to connect. It is{' '}
            {pending.origin === location.origin ? 'another tab of this page' : placeOf(pending.origin)}. Type
            this code into it:
          </p>
          <p class="pairing-code">{pending.code}</p>
          <p class="hint">If you did not just connect there, do nothing: the code expires by itself.</p>
        </section>
      )}
      {notice !== null && (
        <p class="notice" data-kind={notice.kind}>
          <span>{notice.message}</span>
          <button
            type="button"
            onClick={() => {
              host.notice.value = null;
            }}
          >
            Close
          </button>
        </p>
      )}
    </div>
  );
}

/** Results are kept on the page alone: before it is left, the browser asks. */
function useWarning(document: PageDocument): void {
  useEffect(() => {
    const ending = new AbortController();
    const onLeaving = (event: BeforeUnloadEvent) => {
      if (document.layers.peek().some(({ from }) => from !== null)) event.preventDefault();
    };
    addEventListener('beforeunload', onLeaving, { signal: ending.signal });
    return () => ending.abort();
  }, [document]);
}

/** Takes pictures that are dropped or pasted anywhere; tells whether one is held over the page. */
function useDropped(open: (files: readonly File[]) => Promise<void>, onNothing: () => void): boolean {
  const [over, setOver] = useState(false);
  useEffect(() => {
    const onPaste = (event: ClipboardEvent) => {
      const files = [...(event.clipboardData?.files ?? [])];
      if (files.length > 0) void open(files);
    };
    const onOver = (event: DragEvent) => {
      event.preventDefault();
      setOver(true);
    };
    const onLeave = () => setOver(false);
    const onDrop = (event: DragEvent) => {
      event.preventDefault();
      setOver(false);
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length > 0) void open(files);
      else onNothing();
    };
    const ending = new AbortController();
    const { signal } = ending;
    addEventListener('paste', onPaste, { signal });
    addEventListener('dragover', onOver, { signal });
    addEventListener('dragleave', onLeave, { signal });
    addEventListener('drop', onDrop, { signal });
    return () => ending.abort();
  });
  return over;
}
