/** @file The layers in a list, the topmost first. */

import type { PageDocument } from '../pageDocument.ts';

interface LayersProps {
  readonly document: PageDocument;
  readonly onOpen: (files: readonly File[]) => void;
}

export function Layers({ document, onOpen }: LayersProps) {
  const selected = document.selected.value;
  return (
    <nav class="layers" aria-label="Pictures">
      <ul>
        {document.layers.value.map(({ id, name, address, from }) => (
          <li key={id} data-result={from !== null}>
            <button
              type="button"
              aria-pressed={selected.includes(id)}
              title={name}
              onClick={(event) =>
                document.select(id, { more: event.ctrlKey || event.metaKey || event.shiftKey })
              }
            >
              <img src={address} alt="" />
              <span>{name}</span>
            </button>
            <button
              type="button"
              class="remove"
              aria-label={`Remove ${name}`}
              onClick={() => document.remove(id)}
            >
              ×
            </button>
          </li>
        ))}
      </ul>
      <Open onOpen={onOpen} />
    </nav>
  );
}

/** The button that opens files. */
export function Open({ onOpen }: { readonly onOpen: (files: readonly File[]) => void }) {
  return (
    <label class="button open">
      Open a picture
      <input
        type="file"
        accept="image/*"
        multiple
        onChange={({ currentTarget }) => {
          onOpen([...(currentTarget.files ?? [])]);
          currentTarget.value = '';
        }}
      />
    </label>
  );
}
