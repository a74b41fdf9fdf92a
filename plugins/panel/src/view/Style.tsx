/** @file The style of one layer for another: which is which, their words, and how much of each. */

import { StyleOptions } from '@palimpsest/protocol';
import { optionFields } from '../model/optionFields.ts';
import type { PanelModel } from '../model/panelModel.ts';
import type { StylePair } from '../model/styleDraft.ts';
import { PromptField } from './PromptField.tsx';

const STRENGTHS = [
  { key: 'styleStrength', name: 'How much style', low: 'none', high: 'all of it' },
  { key: 'contentStrength', name: 'Keep the content', low: 'free', high: 'as it is' },
] as const;
const FIELDS = optionFields(StyleOptions);

/** Two layers can get the same words, or one the style of the other. */
export function StyleChoice({ model }: { readonly model: PanelModel }) {
  const { chosen } = model.style;
  return (
    <fieldset>
      <legend>Two layers</legend>
      <div class="segments">
        {[false, true].map((style) => (
          <label key={String(style)}>
            <input
              type="radio"
              name="two-layers"
              checked={chosen.value === style}
              onChange={() => {
                chosen.value = style;
              }}
            />
            <span>{style ? 'style transfer' : 'the same words'}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

export function Style({ model, pair }: { readonly model: PanelModel; readonly pair: StylePair }) {
  const { draft, style } = model;
  return (
    <section class="words" aria-label="Style transfer">
      <div class="style-pair">
        <dl>
          <dt>Content, which stays</dt>
          <dd>{pair.content.name}</dd>
          <dt>Style, which is taken</dt>
          <dd>{pair.style.name}</dd>
        </dl>
        <button type="button" onClick={() => style.swap(pair)}>
          Swap
        </button>
      </div>
      <PromptField
        label="What is in the content"
        placeholder="a house by a lake"
        text={draft.source}
        marked={[]}
        mark="new"
      />
      <PromptField
        label="What is in the style, and what style it is"
        placeholder="a watercolor of a ship"
        text={style.styleSource}
        marked={[]}
        mark="new"
      />
      {STRENGTHS.map((strength) => (
        <Strength key={strength.key} {...{ model, strength }} />
      ))}
    </section>
  );
}

function Strength({
  model,
  strength: { key, name, low, high },
}: {
  readonly model: PanelModel;
  readonly strength: (typeof STRENGTHS)[number];
}) {
  const { options } = model.style;
  const field = FIELDS.find((other) => other.key === key);
  if (field?.type !== 'number') return null;
  return (
    <label class="slider" title={field.description}>
      <span>{name}</span>
      <input
        type="range"
        min={field.min}
        max={field.max}
        step={0.05}
        value={options.value[key]}
        onInput={({ currentTarget }) => {
          options.value = { ...options.value, [key]: Number(currentTarget.value) };
        }}
      />
      <span class="ends" aria-hidden="true">
        <span>{low}</span>
        <span>{high}</span>
      </span>
    </label>
  );
}
