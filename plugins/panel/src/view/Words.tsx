/** @file The two prompts, what their difference means, and how much each word counts. */

import { WordWeight } from '@palimpsest/protocol';
import { useState } from 'preact/hooks';
import type { Draft, KindChoice } from '../model/draft.ts';
import { rangeOf } from '../model/optionFields.ts';
import type { PanelModel } from '../model/panelModel.ts';
import { type NamedWord, sentenceAbout } from '../model/words.ts';
import { PromptField } from './PromptField.tsx';
import { shownWord } from './shownWord.ts';

const KINDS: Readonly<Record<KindChoice, string>> = {
  auto: 'as the words say',
  replace: 'swap words one for one',
  refine: 'add or leave out words',
  reweight: 'only change strengths',
};

/** What a slider reaches; the field beside it takes all that the protocol allows. */
const USUAL_WEIGHTS = { min: -2, max: 5, step: 0.25 } as const;
const WEIGHT = rangeOf(WordWeight.shape.weight);

export function Words({ model }: { readonly model: PanelModel }) {
  const { draft } = model;
  const { removed, added } = draft.reading.value;
  const sentence = sentenceAbout(draft.reading.value, draft.activeWeights.value);
  const reweighting = draft.kind.value === 'reweight';
  return (
    <section class="words" aria-label="Words">
      <PromptField
        label="What is in the picture"
        placeholder="a dog on a carpet"
        text={draft.source}
        marked={removed}
        mark="gone"
      />
      {!reweighting && (
        <PromptField
          label="What it should be"
          placeholder="a tiger on a carpet"
          text={draft.target}
          marked={added}
          mark="new"
          // Most edits change a word of the first prompt.
          from={draft.source}
        />
      )}
      <p class="hint" aria-live="polite">
        {sentence}
      </p>
      <Strengths model={model} />
      <KindField draft={draft} />
    </section>
  );
}

function KindField({ draft }: { readonly draft: Draft }) {
  const { source, target } = draft.reading.value;
  const isOneForOne = source.length === target.length;
  const idle = draft.idle('kind');
  return (
    <label class="line" title={idle ?? undefined}>
      <span>How</span>
      <select
        value={draft.kind.value}
        onChange={({ currentTarget }) => {
          draft.kind.value =
            Object.keys(KINDS).find((kind): kind is KindChoice => kind === currentTarget.value) ?? 'auto';
        }}
      >
        {Object.entries(KINDS).map(([kind, name]) => (
          <option
            key={kind}
            value={kind}
            disabled={kind !== 'auto' && (idle !== null || (kind === 'replace' && !isOneForOne))}
          >
            {kind === 'replace' && !isOneForOne ? `${name} (as many words are needed)` : name}
          </option>
        ))}
      </select>
    </label>
  );
}

function Strengths({ model }: { readonly model: PanelModel }) {
  const { draft } = model;
  const [open, setOpen] = useState<string | null>(null);
  const words = draft.reading.value.target;
  if (words.length === 0) return null;
  const chosen = words.find(({ name }) => name === open);
  const idle = draft.idle('weights');
  return (
    <fieldset class="strengths">
      <legend>Strength of each word</legend>
      {idle !== null && <p class="hint">{idle}</p>}
      <div class="chips">
        {words.map((word) => (
          <Chip
            key={word.start}
            {...{ model, word }}
            open={word === chosen}
            onOpen={() => setOpen(word === chosen ? null : word.name)}
          />
        ))}
      </div>
      {chosen !== undefined && <Strength {...{ draft, idle }} word={chosen} />}
    </fieldset>
  );
}

function Chip({
  model,
  word,
  open,
  onOpen,
}: {
  readonly model: PanelModel;
  readonly word: NamedWord;
  readonly open: boolean;
  readonly onOpen: () => void;
}) {
  const weight = model.draft.activeWeights.value.get(word.name);
  const isNew = model.draft.reading.value.added.includes(word);
  const show = () => {
    shownWord.value = word.start;
    model.loadMaps();
  };
  const hide = () => {
    shownWord.value = null;
  };
  return (
    <button
      type="button"
      class="chip"
      data-new={isNew}
      aria-expanded={open}
      onClick={onOpen}
      onMouseEnter={show}
      onMouseLeave={hide}
      onFocus={show}
      onBlur={hide}
    >
      {word.text}
      {weight !== undefined && <span class="weight">× {weight}</span>}
    </button>
  );
}

interface StrengthProps {
  readonly draft: Draft;
  readonly word: NamedWord;
  /** Why it changes nothing, or null. */
  readonly idle: string | null;
}

function Strength({ draft, word, idle }: StrengthProps) {
  const weight = draft.weights.value.get(word.name) ?? 1;
  const set = (text: string) => {
    const value = Number(text);
    if (text === '' || Number.isNaN(value)) return;
    draft.setWeight(word.name, Math.min(WEIGHT.max, Math.max(WEIGHT.min, value)));
  };
  return (
    <div class="slider" title={idle ?? undefined}>
      <label>
        <span>Strength of “{word.text}”</span>
        <input
          type="range"
          disabled={idle !== null}
          {...USUAL_WEIGHTS}
          value={weight}
          onInput={({ currentTarget }) => set(currentTarget.value)}
        />
      </label>
      <input
        type="number"
        disabled={idle !== null}
        aria-label={`Strength of “${word.text}”, exactly`}
        min={WEIGHT.min}
        max={WEIGHT.max}
        step="any"
        value={weight}
        onChange={({ currentTarget }) => set(currentTarget.value)}
      />
      <p class="ends" aria-hidden="true">
        <span>opposite</span>
        <span>much more</span>
      </p>
    </div>
  );
}
