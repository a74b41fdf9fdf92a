/** @file An edit on its way. */

import type { JobProgress } from '@palimpsest/protocol';
import type { EditStage } from '@palimpsest/sdk';
import { useRef } from 'preact/hooks';
import type { EditEntry } from '../model/edits.ts';
import { timeLeft } from '../model/timeLeft.ts';
import { useAddress } from './address.ts';
import { useLostFocus } from './focus.ts';

interface UnderwayProps {
  readonly entry: EditEntry;
  /** Whether the daemon is away: nothing is known of the edit until it is back. */
  readonly away: boolean;
  readonly remove: () => void;
  readonly onLostFocus: () => void;
}

export function Underway({ entry, away, remove, onLostFocus }: UnderwayProps) {
  const part = useRef<HTMLDivElement>(null);
  useLostFocus(part, onLostFocus);
  const preview = useAddress(entry.preview.value);
  const stage = entry.stage.value;
  const progress = stage.name === 'work' ? stage.progress : null;
  return (
    <div class="underway" ref={part}>
      {preview === null ? <span class="preview" /> : <img class="preview" src={preview} alt="" />}
      <div>
        <p role="status">{away ? 'Waiting for Palimpsest' : stageInWords(stage)}</p>
        <progress
          aria-label="Progress"
          {...(progress === null ? {} : { value: progress.step, max: progress.total })}
        />
        <p class="hint">{away ? 'It continues from here.' : ((progress && timeLeft(progress)) ?? ' ')}</p>
      </div>
      <button type="button" onClick={remove}>
        Cancel
      </button>
    </div>
  );
}

const WORK_STAGES: Readonly<Record<JobProgress['stage'], string>> = {
  invert: 'Analysing the picture',
  optimise: 'Learning the picture',
  edit: 'Painting',
  generate: 'Painting',
};

function stageInWords(stage: EditStage): string {
  switch (stage.name) {
    case 'export':
      return 'Reading the picture';
    case 'upload':
      return 'Sending the picture';
    case 'begin':
      return 'Getting ready';
    case 'download':
      return 'Fetching the result';
    case 'work':
      return WORK_STAGES[stage.progress.stage];
    case 'queue': {
      const before = (stage.position ?? 1) - 1;
      return before > 0 ? `Waiting: ${before} ahead` : 'Waiting for its turn';
    }
  }
}
