/** What the tests in a browser share: a page of the fake Photopea, and what its document is like. */

import type { Browser, Page } from 'playwright-core';
import { expect } from 'vitest';
import { fakePhotopea } from './fake/fakePage.ts';
import type { Traits } from './fake/traits.ts';

const PATIENCE = 180_000;
/** Of a test with a whole edit in it. */
export const LONG = 900_000;
/** As `expect.poll`, but longer: other work may share the machine. */
export const eventually = <T>(look: () => Promise<T>) => expect.poll(look, { timeout: PATIENCE });

/** What can be asked for again and again. */
export interface Glance {
  readonly documents: number;
  /** The names of all layers, those in folders in brackets. */
  readonly outline: string;
  readonly active: readonly number[];
}

export const GLANCE = `(() => {
  const document = photopea.documents[0];
  const outline = (layers) =>
    layers.map(({ name, sort, layers }) => (sort === 'GROUP' ? name + '[' + outline(layers) + ']' : name)).join(', ');
  return { documents: photopea.documents.length, outline: outline(document.layers), active: [...document.active] };
})()`;

/** What the document is like, for a comparison. */
export interface Seen {
  readonly layers: readonly { readonly id: number; readonly name: string; readonly masked: boolean }[];
  readonly active: readonly number[];
  readonly selection: readonly number[];
  readonly steps: number;
  readonly picture: readonly number[];
  /** The same in 16 bits. */
  readonly fine: readonly number[];
}

export const LOOK = `(() => {
  const document = photopea.documents[0];
  return {
    layers: document.all().map(({ id, name, mask }) => ({ id, name, masked: mask !== null })),
    active: [...document.active],
    selection: [...(document.selection ?? [])],
    steps: document.steps,
    picture: [...render(document).rgba],
    fine: document.bits === 16 ? [...renderFine(document)] : [],
  };
})()`;

/** @param allowed the site that the person has let reach programs on this computer, when the browser asked. */
export async function openPage(
  browser: Browser,
  allowed: string | null,
  traits: Partial<Traits> = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 } });
  if (allowed !== null) await context.grantPermissions(['local-network-access'], { origin: allowed });
  await fakePhotopea(context, traits);
  const page = await context.newPage();
  page.setDefaultTimeout(PATIENCE);
  page.on('pageerror', (error) => expect.fail(`a page failed: ${error.message}`));
  return page;
}
