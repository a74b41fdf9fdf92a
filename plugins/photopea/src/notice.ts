/** @file What is said to the person, at the top of the page, until it has been read. */

import type { NoticeKind } from '@palimpsest/sdk';

/** In ms. */
const SHOWN: Readonly<Record<NoticeKind, number>> = { info: 6000, error: 15_000 };

let timer: ReturnType<typeof setTimeout> | undefined;

export function showNotice(message: string, kind: NoticeKind): void {
  const place = document.querySelector<HTMLElement>('#notice');
  if (place === null) return;
  place.textContent = message;
  place.dataset.kind = kind;
  clearTimeout(timer);
  timer = setTimeout(() => {
    place.textContent = '';
  }, SHOWN[kind]);
}
