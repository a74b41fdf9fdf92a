/**
 * @file Covers Photopea's frame until Photopea answers. A page that cannot be loaded shows the browser's grey error
 * page, and the frame does not report it.
 */

import type { Peer } from './peer.ts';

/** In ms: how long Photopea's page may take to come, and then to answer. */
export const PATIENCE = { coming: 20_000, answering: 10_000 } as const;

/** Covers the frame, and says what to do where nobody answers from it. The cover goes by itself when somebody does. */
export function coverUntilAnswered(frame: HTMLIFrameElement, peer: Peer, patience = PATIENCE): void {
  const cover = element('section', { className: 'cover' });
  const words = element('div', { role: 'status' });
  const buttons = element('div', { className: 'buttons' });
  cover.append(words, buttons);
  let timer: ReturnType<typeof setTimeout> | undefined;

  const say = (...what: readonly Node[]) => words.replaceChildren(...what);
  const giveUpAfter = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      say(element('h2', { textContent: 'Photopea does not answer' }), element('p', { textContent: ADVICE }));
      buttons.hidden = false;
    }, ms);
  };
  const wait = () => {
    say(element('p', { textContent: 'Opening Photopea …' }));
    buttons.hidden = true;
    giveUpAfter(patience.coming);
  };
  const uncover = () => {
    clearTimeout(timer);
    cover.remove();
  };

  buttons.append(
    button('Try again', () => {
      wait();
      // Its own address once more loads a frame anew; telling it to reload would need its leave.
      const { src } = frame;
      frame.src = src;
    }),
    button('Show the page', () => {
      uncover();
      frame.focus();
    }),
  );
  frame.addEventListener('load', () => giveUpAfter(patience.answering));
  const end = peer.listen(() => {
    uncover();
    end();
  });
  wait();
  frame.after(cover);
}

const ADVICE =
  'Photopea comes from the internet (www.photopea.com). Check that this computer is online and that nothing blocks the page. Palimpsest itself works offline.';

function element(tag: string, properties: Partial<HTMLElement>): HTMLElement {
  return Object.assign(document.createElement(tag), properties);
}

const button = (textContent: string, onclick: () => void): HTMLElement =>
  Object.assign(document.createElement('button'), { type: 'button', textContent, onclick });
