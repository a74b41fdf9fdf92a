/** @file Edits under way and finished ones, the newest first. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { EditEntry } from '../model/edits.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { Entry } from './Entry.tsx';
import { useLostFocus, useNewFocus } from './focus.ts';

export function Work({ model }: { readonly model: PanelModel }) {
  const entries = model.edits.entries.value;
  const finished = entries.filter((entry) => entry.finished.value !== null);
  const here = model.subjects.value.map(({ id }) => id);
  // Several at their full height would push what is edited next out of sight.
  const shown = finished.find(({ layer }) => here.includes(layer.id));
  const orphans = finished.filter(({ layer }) => model.edits.gone.value.has(layer.id));
  const work = useRef<HTMLElement>(null);
  const lost = useNewFocus<number>((at) => focusAt(work.current!, at));
  return (
    <section class="work" aria-label="Edits" ref={work} tabIndex={-1}>
      {/* Always there: what comes into the page with its words already in it is not read out. */}
      <p class="unseen" role="status">
        {useNews(entries, finished)}
      </p>
      {finished.length > 1 && (
        <KeepAll
          count={finished.length}
          onClick={() => void model.edits.keep(finished)}
          onLostFocus={() => lost(0)}
        />
      )}
      {orphans.length > 0 && <p class="hint">{aboutOrphans(orphans)}</p>}
      {entries.map((entry, i) => (
        <Entry key={entry.key} {...{ model, entry }} isShown={entry === shown} onLostFocus={() => lost(i)} />
      ))}
    </section>
  );
}

interface KeepAllProps {
  readonly count: number;
  readonly onClick: () => void;
  readonly onLostFocus: () => void;
}

function KeepAll({ count, onClick, onLostFocus }: KeepAllProps) {
  const button = useRef<HTMLButtonElement>(null);
  useLostFocus(button, onLostFocus);
  return (
    <button type="button" class="primary" ref={button} onClick={onClick}>
      {`Keep all ${count}`}
    </button>
  );
}

/** Where a picture is gone, its result does not come onto it. */
const aboutOrphans = (orphans: readonly EditEntry[]): string => {
  const names = [...new Set(orphans.map(({ layer }) => `“${layer.name}”`))].join(', ');
  return `Not here any more: ${names}. What is kept of it becomes a picture of its own.`;
};

/** To the card that is in the place of one that has gone; where none is left, to where the next edit begins. */
function focusAt(work: HTMLElement, at: number): void {
  const cards = work.querySelectorAll('.entry');
  const card = cards[Math.min(at, cards.length - 1)];
  const edit = work.closest('.palimpsest')?.querySelector<HTMLElement>('.submit button:enabled');
  (card?.querySelector<HTMLElement>('.primary') ?? card?.querySelector('button') ?? edit ?? work).focus();
}

/** What has just been finished, until something else happens. */
function useNews(entries: readonly EditEntry[], finished: readonly EditEntry[]): string {
  const [news, setNews] = useState('');
  const known = useRef({ entries, finished: new Set<EditEntry>() });
  useEffect(() => {
    const fresh = finished.filter((entry) => !known.current.finished.has(entry));
    const words = fresh.map(({ layer }) => `The edit of “${layer.name}” is finished.`);
    if (fresh.length > 0) setNews(words.join(' '));
    // The same words again would be no news to a screen reader.
    else if (entries !== known.current.entries) setNews('');
    known.current = { entries, finished: new Set(finished) };
  });
  return news;
}
