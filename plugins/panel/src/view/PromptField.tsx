/** @file A text field in which some words are marked while they are typed. */

import type { PlacedWord } from '@palimpsest/protocol';
import { MAX_PROMPT_LENGTH } from '@palimpsest/protocol';
import { promptNotices } from '@palimpsest/protocol/prompt-notices';
import type { Signal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useId, useRef } from 'preact/hooks';
import { worded } from '../model/noticeWords.ts';

interface PromptFieldProps {
  readonly label: string;
  readonly placeholder: string;
  readonly text: Signal<string>;
  /** Words of the text without the white space around it. */
  readonly marked: readonly PlacedWord[];
  readonly mark: 'gone' | 'new';
  /** Another text, to begin with while there is none. */
  readonly from?: Signal<string>;
}

export function PromptField({ label, placeholder, text, marked, mark, from }: PromptFieldProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const value = text.value;
  const remark = aboutPrompt(value);
  const offer = value === '' ? from?.value.trim() : undefined;
  return (
    <div class="prompt">
      <div class="prompt-head">
        <label for={id}>{label}</label>
        {offer !== undefined && offer !== '' && (
          <button
            type="button"
            class="plain"
            onClick={() => {
              text.value = offer;
              field.current?.focus();
            }}
          >
            Start from the words above
          </button>
        )}
      </div>
      <span class="marked-field">
        {/* The same text under the field: it carries the marks, and makes the field as high as it has to be. */}
        <span class="underlay" aria-hidden="true">
          {withMarks(value, marked, mark)}{' '}
        </span>
        <textarea
          id={id}
          ref={field}
          rows={1}
          maxLength={MAX_PROMPT_LENGTH}
          spellcheck={true}
          aria-describedby={`${id}-remark`}
          {...{ placeholder, value }}
          onInput={({ currentTarget }) => {
            text.value = currentTarget.value.replace(/\n/g, ' ');
          }}
        />
      </span>
      {/* Always there, so that it is read out when it comes. */}
      <p class="hint remark" id={`${id}-remark`} role="status">
        {remark}
      </p>
    </div>
  );
}

/** What will be read otherwise than it is meant, told while it can still be typed otherwise. */
const aboutPrompt = (prompt: string): string | null => {
  const [first] = promptNotices(prompt);
  return first === undefined ? null : worded(first);
};

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
