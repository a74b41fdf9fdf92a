/** @file One edit: on its way, finished, or failed. */

import { isStyleOrder, resultName } from '@palimpsest/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EditEntry } from '../model/edits.ts';
import { worded } from '../model/noticeWords.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { Action } from './Action.tsx';
import { Finished } from './Finished.tsx';
import { useLostFocus, useNewFocus } from './focus.ts';
import { Underway } from './Underway.tsx';

interface EntryProps {
  readonly model: PanelModel;
  readonly entry: EditEntry;
  /** Whether its result is what one looks at now; the others are a line each, until they are opened. */
  readonly isShown: boolean;
  readonly onLostFocus: () => void;
}

export function Entry({ model, entry, isShown, onLostFocus }: EntryProps) {
  const finished = entry.finished.value;
  const failure = entry.failure.value;
  const { order } = entry;
  const away = model.connection.state.value.name !== 'connected';
  const wait = away ? 'Wait until Palimpsest is back.' : null;
  const title = isStyleOrder(order) ? resultName(order) : order.target;
  const remove = () => void model.edits.remove(entry);
  const [opened, setOpened] = useState<boolean | null>(null);
  // What the person has opened or closed counts until another result is looked at.
  useEffect(() => setOpened(null), [isShown]);
  const isOpen = finished === null || (opened ?? isShown);
  const card = useRef<HTMLElement>(null);
  // The button that begins an edit may be far below, where its progress would not be seen.
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), []);
  useLostFocus(card, onLostFocus);
  // Not to a button: who is about to press "Cancel" would press that.
  const lost = useNewFocus(() => card.current?.focus());
  return (
    <article class="card entry" data-open={isOpen} aria-label={title} ref={card} tabIndex={-1}>
      <h2 title={title}>
        {finished === null ? (
          title
        ) : (
          <button type="button" class="fold" aria-expanded={isOpen} onClick={() => setOpened(!isOpen)}>
            {title}
          </button>
        )}
      </h2>
      <div role="status">
        {isOpen &&
          entry.notices.value.map((notice) => (
            <p class="hint" key={notice.text}>
              {worded(notice)}
            </p>
          ))}
      </div>
      {finished !== null && isOpen && (
        <Finished {...{ model, entry, finished, wait, remove }} onLostFocus={() => lost(null)} />
      )}
      {!isOpen && (
        <button type="button" class="primary" onClick={() => void model.edits.keep([entry])}>
          Keep
        </button>
      )}
      {failure !== null && (
        <>
          <p class="problem" role="alert">
            {failure.sentence}
          </p>
          <div class="buttons">
            {!failure.isLasting && (
              <Action name="Try again" isMain idle={wait} onClick={() => model.retry(entry)} />
            )}
            <button type="button" onClick={remove}>
              Close
            </button>
          </div>
        </>
      )}
      {finished === null && failure === null && (
        <Underway {...{ entry, away, remove }} onLostFocus={() => lost(null)} />
      )}
    </article>
  );
}
