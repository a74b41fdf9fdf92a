/** @file What is about to be edited, with the place of a word over it. */

import type { PanelModel } from '../model/panelModel.ts';
import { sizeInWords } from '../model/sizeInWords.ts';
import { partnerOf } from '../model/words.ts';
import { shownWord } from './shownWord.ts';

export function Subject({ model }: { readonly model: PanelModel }) {
  const [first, ...others] = model.subjects.value;
  if (first === undefined) return null;
  const thumbnail = model.thumbnail.address.value;
  return (
    <section class="subject" aria-label="Layer">
      {thumbnail !== null && (
        <div class="thumbnail">
          <img src={thumbnail} alt={first.name} />
          <WordMap model={model} />
        </div>
      )}
      <p class="about">
        <strong>{first.name}</strong>
        <span>{others.length > 0 ? `and ${others.length} more` : sizeInWords(first, model.host)}</span>
        {model.ready.value !== null && <span class="badge">ready</span>}
      </p>
    </section>
  );
}

function WordMap({ model }: { readonly model: PanelModel }) {
  const reading = model.draft.reading.value;
  const word = reading.target.find(({ start }) => start === shownWord.value);
  const partner = word && partnerOf(reading, word);
  if (!word || !partner) return null;
  const map = model.maps.maps.value[reading.source.indexOf(partner)];
  if (map !== undefined)
    return <img class="word-map" src={map} alt={`Where the model sees “${partner.text}”`} />;
  return (
    <span class="word-map-note">{model.maps.loading.value ? `Looking for “${partner.text}” …` : null}</span>
  );
}
