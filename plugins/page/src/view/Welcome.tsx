/** @file What a newcomer sees first: what this is, and pictures to begin with. */

import { EXAMPLES, type Example } from '../examples.ts';
import type { History } from '../history.ts';
import { Open } from './Layers.tsx';
import { Back } from './Moved.tsx';

interface WelcomeProps {
  readonly history: History;
  readonly onOpen: (files: readonly File[]) => void;
  readonly onExample: (example: Example) => void;
}

export function Welcome({ history, onOpen, onExample }: WelcomeProps) {
  return (
    <section class="welcome" aria-label="Begin">
      <h2>Say what should be different.</h2>
      <p>
        Drop a picture here, or paste one. Describe what is in it and what it should become; everything else
        stays as it was. Nothing leaves this computer.
      </p>
      <Open onOpen={onOpen} />
      {history.past.value.length > 0 && (
        <Back steps={history.past.value} name="Undo" onClick={() => history.undo()} />
      )}
      <p class="or">or begin with one of these</p>
      <ul class="examples">
        {EXAMPLES.map((example) => (
          <li key={example.file}>
            <button type="button" onClick={() => onExample(example)}>
              <img src={example.address} alt="" />
              <span>{example.source}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
