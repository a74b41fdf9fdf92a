/** @file The edits that were made of this layer; each can be opened again. */

import { resultName } from '@palimpsest/sdk';
import type { PanelModel } from '../model/panelModel.ts';

export function History({ model }: { readonly model: PanelModel }) {
  const { history } = model.memory.value;
  if (history.length === 0) return null;
  return (
    <section class="history" aria-label="Earlier edits of this layer">
      <h2>Earlier edits of this layer</h2>
      <ul>
        {history.map((recipe) => (
          <li key={recipe.madeAt}>
            <button type="button" onClick={() => model.open(recipe.order)}>
              <span>{resultName(recipe.order)}</span>
              <time dateTime={new Date(recipe.madeAt).toISOString()}>
                {new Date(recipe.madeAt).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' })}
              </time>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
