/** @file How to edit, in plain words: presets, three sliders, and where the picture may change. */

import { Masking } from '@palimpsest/sdk';
import { useId } from 'preact/hooks';
import { PLAIN_CONTROLS, type PlainControl, PRESETS, paceOf, presetOf, TAUS } from '../model/controls.ts';
import type { Draft } from '../model/draft.ts';
import type { PanelModel } from '../model/panelModel.ts';

const PACES = [
  { pace: 'instant', name: 'Quick' },
  { pace: 'careful', name: 'Careful' },
] as const;

export function Controls({ model }: { readonly model: PanelModel }) {
  const { draft, host } = model;
  return (
    <section class="controls" aria-label="How to edit">
      <Presets draft={draft} />
      <Paces model={model} />
      {PLAIN_CONTROLS.map((control) => (
        <Plain key={control.name} {...{ draft, control }} />
      ))}
      <Bounds {...{ draft, maskName: host.maskName }} />
    </section>
  );
}

function Presets({ draft }: { readonly draft: Draft }) {
  const active = presetOf(draft.edit.value);
  const idle = draft.idle(...TAUS);
  return (
    <fieldset class="segments" disabled={idle !== null} title={idle ?? undefined}>
      <legend class="unseen">Presets</legend>
      {PRESETS.map(({ name, edit }) => (
        <label key={name}>
          <input type="radio" name="preset" checked={name === active} onChange={() => draft.setEdit(edit)} />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

/** How the picture is learned; a method that was chosen under Advanced goes before. */
function Paces({ model }: { readonly model: PanelModel }) {
  const chosen = paceOf(model.draft.inversion.value);
  return (
    <fieldset class="segments">
      <legend class="unseen">Pace</legend>
      {PACES.map(({ pace, name }) => (
        <label key={pace}>
          <input
            type="radio"
            name="pace"
            checked={pace === chosen}
            onChange={() => void model.choosePace(pace)}
          />
          <span>{name}</span>
        </label>
      ))}
    </fieldset>
  );
}

function Plain({ draft, control }: { readonly draft: Draft; readonly control: PlainControl }) {
  const { name, low, high, options, read, write } = control;
  const idle = draft.idle(...options);
  const about = useId();
  return (
    <label class="slider" title={idle ?? undefined}>
      <span>{name}</span>
      <input
        type="range"
        disabled={idle !== null}
        aria-describedby={about}
        min={0}
        max={1}
        step={0.05}
        value={read(draft.edit.value)}
        onInput={({ currentTarget }) => {
          draft.edit.value = write(draft.edit.value, Number(currentTarget.value));
        }}
      />
      {idle === null ? (
        <span class="ends" aria-hidden="true">
          <span>{low}</span>
          <span>{high}</span>
        </span>
      ) : (
        <span class="hint" id={about}>
          {idle}
        </span>
      )}
    </label>
  );
}

function Bounds({ draft, maskName }: { readonly draft: Draft; readonly maskName: string | null }) {
  const names: Readonly<Record<Masking, string | null>> = {
    none: 'anywhere',
    selection: maskName,
    word: 'only at a word',
  };
  const idle: Readonly<Record<Masking, string | null>> = {
    none: null,
    selection: draft.marked.value ? null : 'Nothing is marked in the picture yet.',
    word: draft.idle('blend'),
  };
  const words = draft.reading.value.target;
  const shown = Masking.options.filter((masking) => names[masking] !== null);
  const about = useId();
  return (
    <fieldset class="bounds">
      <legend>The picture may change</legend>
      <div class="segments">
        {shown.map((masking) => (
          <label key={masking} title={idle[masking] ?? undefined}>
            <input
              type="radio"
              name="masking"
              aria-describedby={idle[masking] === null ? undefined : `${about}-${masking}`}
              disabled={idle[masking] !== null && masking !== draft.masking.value}
              checked={masking === draft.masking.value}
              onChange={() => {
                draft.masking.value = masking;
              }}
            />
            <span>{names[masking]}</span>
          </label>
        ))}
      </div>
      {shown.map((masking) => (
        <p class="hint" id={`${about}-${masking}`} key={masking}>
          {idle[masking]}
        </p>
      ))}
      {draft.masking.value === 'word' && words.length > 0 && (
        <label class="line">
          <span>Word</span>
          <select
            value={draft.boundingWord.value?.name ?? ''}
            onChange={({ currentTarget }) => {
              draft.maskedWord.value = currentTarget.value;
            }}
          >
            {words.map(({ name, start }) => (
              <option key={start} value={name}>
                {name}
              </option>
            ))}
          </select>
        </label>
      )}
    </fieldset>
  );
}
