/** @file Figma's colour scheme: a class of the page names it, and changes when the person changes it. */

export const colourScheme = (): 'light' | 'dark' =>
  document.documentElement.classList.contains('figma-dark') ? 'dark' : 'light';

/** Listens; returns what ends that. */
export function onColourScheme(listener: () => void): () => void {
  let last = colourScheme();
  const observer = new MutationObserver(() => {
    if (colourScheme() === last) return;
    last = colourScheme();
    listener();
  });
  observer.observe(document.documentElement, { attributeFilter: ['class'] });
  return () => observer.disconnect();
}
