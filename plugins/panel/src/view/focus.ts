/**
 * @file Keeps the focus when the element that has it goes away. Browsers drop it then, and whoever works by the
 * keyboard would start again at the top of the page.
 */

import type { RefObject } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';

/** Tells when a part of the panel goes away that has the focus, just before it is gone. */
export function useLostFocus(part: RefObject<HTMLElement | null>, onLost: () => void): void {
  const tell = useRef(onLost);
  tell.current = onLost;
  useLayoutEffect(
    () => () => {
      if (part.current?.matches(':focus-within')) tell.current();
    },
    [part],
  );
}

/**
 * Gives the focus away again, as soon as what is there instead is shown.
 *
 * @returns what is to be called when it is lost, with a word on where it was.
 */
export function useNewFocus<Where>(give: (where: Where) => void): (where: Where) => void {
  const lost = useRef<{ readonly where: Where } | null>(null);
  useLayoutEffect(() => {
    const was = lost.current;
    lost.current = null;
    if (was !== null) give(was.where);
  });
  return (where) => {
    lost.current = { where };
  };
}
