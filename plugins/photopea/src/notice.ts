/** @file A notice at the top of the page, which stays until the person has read it. */

import type { NoticeKind } from '@palimpsest/sdk';

/** In ms, at least; then it goes at the next press, so that nobody misses what was said while they were away. */
const SHOWN: Readonly<Record<NoticeKind, number>> = { info: 6000, error: 15_000 };

export function showNotice(message: string, kind: NoticeKind): void {
  const place = document.querySelector<HTMLElement>('#notice');
  if (place === null) return;
  for (const older of [...place.children]) if (older.textContent === message) older.remove();
  const notice = document.createElement('p');
  notice.textContent = message;
  notice.dataset.kind = kind;
  place.append(notice);
  setTimeout(() => {
    // Not sooner than a click is over: what is below moves up, and would not be where it was pressed.
    for (const event of ['click', 'keyup']) addEventListener(event, () => notice.remove(), { once: true });
  }, SHOWN[kind]);
}
