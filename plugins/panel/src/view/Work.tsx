/** @file Edits under way and finished ones, the newest first. */

import type { JobProgress } from '@palimpsest/protocol';
import { type EditStage, isStyleOrder, resultName } from '@palimpsest/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import { carefulSeconds, paceOf } from '../model/controls.ts';
import type { EditEntry } from '../model/edits.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { pictureAddress } from '../model/wordMaps.ts';
import { Compare } from './Compare.tsx';

/** How much "weaker" and "stronger" move the options. */
const STRENGTH_STEP = 0.2;

export function Work({ model }: { readonly model: PanelModel }) {
  const entries = model.edits.entries.value;
  if (entries.length === 0) return null;
  const finished = entries.filter((entry) => entry.finished.value !== null);
  return (
    <section class="work" aria-label="Edits">
      {finished.length > 1 && (
        <button type="button" class="primary" onClick={() => void model.edits.keep(finished)}>
          {`Keep all ${finished.length}`}
        </button>
      )}
      {entries.map((entry) => (
        <Entry key={entry.key} {...{ model, entry }} />
      ))}
    </section>
  );
}

function Entry({ model, entry }: { readonly model: PanelModel; readonly entry: EditEntry }) {
  const finished = entry.finished.value;
  const failure = entry.failure.value;
  const { order } = entry;
  const title = isStyleOrder(order) ? resultName(order) : order.target;
  const remove = () => void model.edits.remove(entry);
  const card = useRef<HTMLElement>(null);
  // The button that begins an edit may be far below, where its progress would not be seen.
  useEffect(() => card.current?.scrollIntoView({ block: 'nearest' }), []);
  return (
    <article class="card entry" aria-label={title} ref={card}>
      <h2 title={title}>{title}</h2>
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
              <button type="button" onClick={() => model.again(entry, -STRENGTH_STEP)}>
                weaker
              </button>
              <button type="button" onClick={() => model.again(entry, STRENGTH_STEP)}>
                stronger
              </button>
            </span>
          </div>
          {!isStyleOrder(order) && paceOf(order.inversion) === 'instant' && (
            <Carefully
              seconds={carefulSeconds(order.inversion, finished.recipe.seconds)}
              onClick={() => model.carefully(entry)}
            />
          )}
        </>
      )}
      {failure !== null && (
        <>
          <p class="problem" role="alert">
            {failure}
          </p>
          <div class="buttons">
            <button type="button" class="primary" onClick={() => model.retry(entry)}>
              Try again
            </button>
            <button type="button" onClick={remove}>
              Close
            </button>
          </div>
        </>
      )}
      {finished === null && failure === null && <Underway {...{ entry, remove }} />}
    </article>
  );
}

function Carefully({ seconds, onClick }: { readonly seconds: number; readonly onClick: () => void }) {
  const time =
    seconds < 90 ? `${Math.max(10, Math.ceil(seconds / 10) * 10)} s` : `${Math.round(seconds / 60)} min`;
  return (
    <div class="carefully">
      <button type="button" onClick={onClick}>
        Do it carefully
      </button>
      <p class="hint">Learns the picture first, and keeps more of it: up to about {time}.</p>
    </div>
  );
}

function Underway({ entry, remove }: { readonly entry: EditEntry; readonly remove: () => void }) {
  const stage = entry.stage.value;
  const progress = stage.name === 'work' ? stage.progress : null;
  return (
    <div class="underway">
      <Preview png={entry.preview.value} />
      <div>
        <p role="status">{stageInWords(stage)}</p>
        <progress
          aria-label="Progress"
          {...(progress === null ? {} : { value: progress.step, max: progress.total })}
        />
        <p class="hint">{progress === null ? ' ' : timeLeft(progress.secondsLeft)}</p>
      </div>
      <button type="button" onClick={remove}>
        Cancel
      </button>
    </div>
  );
}

function Preview({ png }: { readonly png: Uint8Array<ArrayBuffer> | null }) {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    if (png === null) return;
    const made = pictureAddress(png);
    setAddress(made);
    return () => URL.revokeObjectURL(made);
  }, [png]);
  return address === null ? <span class="preview" /> : <img class="preview" src={address} alt="" />;
}

const WORK_STAGES: Readonly<Record<JobProgress['stage'], string>> = {
  invert: 'Looking at the picture',
  optimise: 'Learning the picture',
  edit: 'Painting',
  generate: 'Painting',
};

function stageInWords(stage: EditStage): string {
  switch (stage.name) {
    case 'export':
      return 'Taking the picture';
    case 'upload':
      return 'Handing it over';
    case 'begin':
      return 'Getting ready';
    case 'download':
      return 'Fetching the result';
    case 'work':
      return WORK_STAGES[stage.progress.stage];
    case 'queue': {
      const before = (stage.position ?? 1) - 1;
      return before > 0 ? `Waiting: ${before} before it` : 'Waiting for its turn';
    }
  }
}

function timeLeft(seconds: number | null): string {
  if (seconds === null) return ' ';
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s left`;
  return `about ${Math.round(seconds / 60)} min left`;
}
