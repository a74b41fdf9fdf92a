/** @file An edit on its way. */

import type { JobProgress } from '@palimpsest/protocol';
import type { EditStage } from '@palimpsest/sdk';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { EditEntry } from '../model/edits.ts';
import { pictureAddress } from '../model/wordMaps.ts';
import { useLostFocus } from './focus.ts';

interface UnderwayProps {
  readonly entry: EditEntry;
  readonly remove: () => void;
  readonly onLostFocus: () => void;
}

export function Underway({ entry, remove, onLostFocus }: UnderwayProps) {
  const part = useRef<HTMLDivElement>(null);
  useLostFocus(part, onLostFocus);
  const stage = entry.stage.value;
  const progress = stage.name === 'work' ? stage.progress : null;
  return (
    <div class="underway" ref={part}>
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
