/** @file Edits under way and finished ones, the newest first. */

import { useEffect, useRef, useState } from 'preact/hooks';
import type { EditEntry } from '../model/edits.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { Entry } from './Entry.tsx';
import { useLostFocus, useNewFocus } from './focus.ts';

export function Work({ model }: { readonly model: PanelModel }) {
  const entries = model.edits.entries.value;
  const finished = entries.filter((entry) => entry.finished.value !== null);
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
      {entries.map((entry, i) => (
        <Entry key={entry.key} {...{ model, entry }} onLostFocus={() => lost(i)} />
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

/** To the card that is in the place of one that has gone; where none is left, to where the next edit begins. */
function focusAt(work: HTMLElement, at: number): void {
  const cards = work.querySelectorAll('.entry');
  const card = cards[Math.min(at, cards.length - 1)];
  const edit = work.closest('.palimpsest')?.querySelector<HTMLElement>('.submit button:enabled');
  (card?.querySelector('button') ?? edit ?? work).focus();
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
