/** @file The panel from top to bottom. */

import { useRef } from 'preact/hooks';
import type { PanelModel } from '../model/panelModel.ts';
import { readinessInWords } from '../model/readiness.ts';
import { Advanced } from './Advanced.tsx';
import { Connect, ConnectionLine } from './Connect.tsx';
import { Controls } from './Controls.tsx';
import { useNewFocus } from './focus.ts';
import { History } from './History.tsx';
import { Style, StyleChoice } from './Style.tsx';
import { Subject } from './Subject.tsx';
import { Words } from './Words.tsx';
import { Work } from './Work.tsx';

interface PanelProps {
  readonly model: PanelModel;
  readonly howToConnect: string;
  readonly howToBegin: string;
}

export function Panel({ model, howToConnect, howToBegin }: PanelProps) {
  const state = model.connection.state.value;
  const working = state.name === 'connected' || state.name === 'reconnecting';
  const panel = useRef<HTMLDivElement>(null);
  const lost = useNewFocus(() => focusWork(panel.current!));
  return (
    <div class="palimpsest" data-theme={model.colourScheme.value} ref={panel}>
      <ConnectionLine model={model.connection} paints={model.draft.model.value} />
      {working ? (
        <Editing {...{ model, howToBegin }} />
      ) : (
        <Connect model={model.connection} {...{ howToConnect }} onLostFocus={() => lost(null)} />
      )}
    </div>
  );
}

/** Where one goes on when the panel is connected. */
function focusWork(panel: HTMLElement): void {
  const field = panel.querySelector<HTMLElement>('.editing textarea');
  (field ?? panel.querySelector<HTMLElement>('.work'))?.focus();
}

function Editing({ model, howToBegin }: Omit<PanelProps, 'howToConnect'>) {
  const none = model.subjects.value.length === 0;
  const pair = model.stylePair.value;
  const styling = pair !== null && model.style.chosen.value;
  return (
    <>
      <Work model={model} />
      {none ? (
        <p class="empty">{howToBegin}</p>
      ) : (
        <form
          class="editing"
          aria-label="Edit"
          onSubmit={(event) => {
            event.preventDefault();
            void model.submit();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
            event.preventDefault();
            void model.submit();
          }}
        >
          <Subject model={model} />
          {pair !== null && <StyleChoice model={model} />}
          {styling ? (
            <Style {...{ model, pair }} />
          ) : (
            <>
              <Words model={model} />
              <Controls model={model} />
            </>
          )}
          <Advanced
            draft={model.draft}
            models={model.connection.models.value}
            style={styling ? model.style.options : null}
          />
          <Submit model={model} />
        </form>
      )}
      <History model={model} />
    </>
  );
}

function Submit({ model }: { readonly model: PanelModel }) {
  const missing = model.missing.value;
  const count = model.subjects.value.length;
  const reconnecting = model.connection.state.value.name !== 'connected';
  return (
    <div class="submit">
      <button type="submit" class="primary" disabled={missing !== null || reconnecting}>
        {model.styling.value ? 'Transfer the style' : count > 1 ? `Edit ${count} layers` : 'Edit'}
      </button>
      <p class="hint">{reconnecting ? 'Wait until Palimpsest is back.' : (missing ?? speed(model))}</p>
    </div>
  );
}

function speed(model: PanelModel): string {
  if (model.styling.value) return 'The first transfer learns the style, which takes a while.';
  return readinessInWords(model.ready.value, model.draft.learning());
}
