/** @file A finished edit: what it was and what it is now, and what to do with it. */

import { type FinishedEdit, isStyleOrder } from '@palimpsest/sdk';
import { useRef } from 'preact/hooks';
import { carefulSeconds, paceOf, TAUS } from '../model/controls.ts';
import type { EditEntry } from '../model/edits.ts';
import { idleReason } from '../model/idle.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { Action } from './Action.tsx';
import { Compare } from './Compare.tsx';
import { useLostFocus } from './focus.ts';

/** How much "weaker" and "stronger" move the options. */
const STRENGTH_STEP = 0.2;

interface FinishedProps {
  readonly model: PanelModel;
  readonly entry: EditEntry;
  readonly finished: FinishedEdit;
  /** Why nothing can be sent now, or null. */
  readonly wait: string | null;
  readonly remove: () => void;
  readonly onLostFocus: () => void;
}

export function Finished({ model, entry, finished, wait, remove, onLostFocus }: FinishedProps) {
  const { order } = entry;
  const fixed = wait ?? (isStyleOrder(order) ? null : idleReason(TAUS, order));
  const part = useRef<HTMLDivElement>(null);
  useLostFocus(part, onLostFocus);
  return (
    <div ref={part}>
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
    </div>
  );
}

interface CarefullyProps {
  readonly seconds: number;
  readonly idle: string | null;
  readonly onClick: () => void;
}

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
