/** @file A text field in which some words are marked while they are typed. */

import type { PlacedWord } from '@palimpsest/protocol';
import { MAX_PROMPT_LENGTH } from '@palimpsest/protocol';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';

interface PromptFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: Signal<string>;
  /** Words of the text without the white space around it. */
  readonly marked: readonly PlacedWord[];
  readonly mark: 'gone' | 'new';
  readonly onFocus?: () => void;
}

export function PromptField({ label, placeholder, text, marked, mark, onFocus }: PromptFieldProps) {
  const value = text.value;
  return (
    <label class="prompt">
      <span>{label}</span>
      <span class="marked-field">
        {/* The same text under the field: it carries the marks, and makes the field as high as it has to be. */}
        <span class="underlay" aria-hidden="true">
          {withMarks(value, marked, mark)}{' '}
        </span>
        <textarea
          rows={1}
          maxLength={MAX_PROMPT_LENGTH}
          spellcheck={true}
          {...{ placeholder, value }}
          {...(onFocus === undefined ? {} : { onFocus })}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value.replace(/\n/g, ' ');
          }}
        />
      </span>
    </label>
  );
}

function withMarks(text: string, words: readonly PlacedWord[], mark: string): ComponentChildren {
  const offset = text.length - text.trimStart().length;
  const parts: ComponentChildren[] = [];
  let end = 0;
  for (const word of words) {
    parts.push(
      text.slice(end, offset + word.start),
      <mark key={word.start} class={mark}>
        {text.slice(offset + word.start, offset + word.end)}
      </mark>,
    );
    end = offset + word.end;
  }
  return [...parts, text.slice(end)];
}
