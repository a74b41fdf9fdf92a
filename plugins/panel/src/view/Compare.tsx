/** @file Before and after, with a slider between them. */

import { useState } from 'preact/hooks';
import { useAddress } from './address.ts';

interface CompareProps {
  readonly before: Uint8Array<ArrayBuffer>;
  readonly after: Uint8Array<ArrayBuffer>;
}

export function Compare({ before, after }: CompareProps) {
  const [share, setShare] = useState(50);
  const left = useAddress(before);
  const right = useAddress(after);
  return (
    <div class="compare">
      {left !== null && <img src={left} alt="Before" />}
      {right !== null && <img src={right} alt="After" style={{ clipPath: `inset(0 0 0 ${share}%)` }} />}
      <span class="divider" style={{ left: `${share}%` }} />
      <input
        type="range"
        min={0}
        max={100}
        value={share}
        aria-label="Before and after"
        aria-valuetext={`${share} % before`}
        onInput={({ currentTarget }) => setShare(Number(currentTarget.value))}
      />
    </div>
  );
}
