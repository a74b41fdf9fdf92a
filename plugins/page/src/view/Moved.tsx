/** @file Undo and redo: their buttons and keys, and a line that says what they just did. */

import { useEffect } from 'preact/hooks';
import type { Moved as Move, Step } from '../history.ts';
import type { PageDocument } from '../pageDocument.ts';

interface BackProps {
  readonly steps: readonly Step[];
  readonly name: string;
  readonly onClick: () => void;
}

/** One step back or forth; what that is stands in its title. */
export function Back({ steps, name, onClick }: BackProps) {
  const step = steps.at(-1);
  return (
    <button
      type="button"
      class="back"
      disabled={step === undefined}
      title={step === undefined ? undefined : `${name}: ${step.name}`}
      onClick={onClick}
    >
      {name}
    </button>
  );
}

/** What was undone or redone, and which picture is selected now where it is another one than before. */
export function Moved({ document: pages }: { readonly document: PageDocument }) {
  const moved = pages.history.moved.value;
  useKeys(pages);
  // What had the focus may have gone with the picture that was shown.
  useEffect(() => {
    if (moved === null) return;
    document.querySelector('.layers [aria-pressed="true"]')?.scrollIntoView({ block: 'nearest' });
    const { activeElement } = document;
    if (activeElement === document.body || activeElement?.matches(':disabled'))
      document.querySelector<HTMLElement>('.back:enabled')?.focus();
  }, [moved]);
  return (
    <p class="moved" role="status">
      {/* With each step anew: where it fades out, it comes again. */}
      {moved !== null && (
        <span key={`${moved.way} ${pages.history.past.value.length}`}>
          {sentenceAbout(moved, pages.jumped.value?.name)}
        </span>
      )}
    </p>
  );
}

const sentenceAbout = ({ way, step }: Move, selected: string | undefined): string =>
  `${way}: ${step.name}.${selected === undefined ? '' : ` “${selected}” is selected.`}`;

/** Ctrl-Z and its kin, anywhere but where they take back what was typed. */
function useKeys({ history }: PageDocument): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'z' || !(event.ctrlKey || event.metaKey)) return;
      if (event.target instanceof Element && event.target.matches('textarea, input:not([type=range])'))
        return;
      event.preventDefault();
      if (event.shiftKey) history.redo();
      else history.undo();
    };
    addEventListener('keydown', onKey);
    return () => removeEventListener('keydown', onKey);
  }, [history]);
}
