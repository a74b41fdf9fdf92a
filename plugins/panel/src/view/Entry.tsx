/** @file One edit: on its way, finished, or failed. */

import { isStyleOrder, resultName } from '@palimpsest/sdk';
import { useEffect, useRef } from 'preact/hooks';
import { carefulSeconds, paceOf, TAUS } from '../model/controls.ts';
import type { EditEntry } from '../model/edits.ts';
import { idleReason } from '../model/idle.ts';
import { worded } from '../model/noticeWords.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { Compare } from './Compare.tsx';
import { useLostFocus, useNewFocus } from './focus.ts';
import { Underway } from './Underway.tsx';

/** How much "weaker" and "stronger" move the options. */
const STRENGTH_STEP = 0.2;

interface EntryProps {
  readonly model: PanelModel;
  readonly entry: EditEntry;
  readonly onLostFocus: () => void;
}

export function Entry({ model, entry, onLostFocus }: EntryProps) {
  const finished = entry.finished.value;
  const failure = entry.failure.value;
  const { order } = entry;
  const away = model.connection.state.value.name !== 'connected';
  const wait = away ? 'Wait until Palimpsest is back.' : null;
  const fixed = wait ?? (isStyleOrder(order) ? null : idleReason(TAUS, order));
  const title = isStyleOrder(order) ? resultName(order) : order.target;
  const remove = () => void model.edits.remove(entry);
  const card = useRef<HTMLElement>(null);
  // The button that begins an edit may be far below, where its progress would not be seen.
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), []);
  useLostFocus(card, onLostFocus);
  // Not to a button: who is about to press "Cancel" would press that.
  const lost = useNewFocus(() => card.current?.focus());
  return (
    <article class="card entry" aria-label={title} ref={card} tabIndex={-1}>
      <h2 title={title}>{title}</h2>
      <div role="status">
        {entry.notices.value.map((notice) => (
          <p class="hint" key={notice.text}>
            {worded(notice)}
          </p>
        ))}
      </div>
      {finished !== null && (
        <>
          <Compare before={finished.before} after={finished.after} />
          <div class="buttons">
            <button type="button" class="primary" onClick={() => void model.edits.keep([entry])}>
              Keep
            </button>
            <button type="button" onClick={remove}>
              Discard
            </button>
            <span class="again">
              <span>Again</span>
              <Action name="weaker" idle={fixed} onClick={() => model.again(entry, -STRENGTH_STEP)} />
              <Action name="stronger" idle={fixed} onClick={() => model.again(entry, STRENGTH_STEP)} />
            </span>
          </div>
          {!isStyleOrder(order) && paceOf(order.inversion) === 'instant' && (
            <Carefully
              idle={wait}
              seconds={carefulSeconds(order.inversion, finished.recipe.seconds)}
              onClick={() => model.carefully(entry)}
            />
          )}
        </>
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

interface ActionProps {
  readonly name: string;
  /** Why it would do nothing, or null. */
  readonly idle: string | null;
  readonly isMain?: boolean;
  readonly onClick: () => void;
}

function Action({ name, idle, isMain = false, onClick }: ActionProps) {
  return (
    <button
      type="button"
      class={isMain ? 'primary' : ''}
      disabled={idle !== null}
      title={idle ?? undefined}
      onClick={onClick}
    >
      {name}
    </button>
  );
}

type CarefullyProps = Omit<ActionProps, 'name'> & { readonly seconds: number };

function Carefully({ seconds, idle, onClick }: CarefullyProps) {
  const time =
    seconds < 90 ? `${Math.max(10, Math.ceil(seconds / 10) * 10)} s` : `${Math.round(seconds / 60)} min`;
  return (
    <div class="carefully">
      <Action name="Do it carefully" {...{ idle, onClick }} />
      <p class="hint">Learns the picture first, and keeps more of it: up to about {time}.</p>
    </div>
  );
}
