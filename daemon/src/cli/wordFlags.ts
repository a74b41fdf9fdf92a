/** @file How words are written on the command line. */

import { ours, PalimpsestError, sentence } from '@palimpsest/protocol';
import type { FlagForm } from './flags.ts';

/** The forms of the properties of EditOptions that name words. */
export const WORD_FLAGS: Readonly<Record<string, FlagForm>> = {
  weights: { flags: '--weight <word=factor>', parse: repeated(wordWeight) },
  wordTaus: { flags: '--word-tau <word=from..to>', parse: repeated(wordInterval) },
  blend: { flags: '--blend <old:new>', parse: (text) => wordPair('--blend', text) },
  subtract: { flags: '--subtract <old:new>', parse: (text) => wordPair('--subtract', text) },
};

/** Given once for each word. */
function repeated<T>(parse: (text: string) => T): FlagForm['parse'] {
  return (text, previous) => [...((previous ?? []) as readonly T[]), parse(text)];
}

function wordWeight(text: string): { word: string; weight: number } {
  const [, word, weight] = /^(.+)=(-?[\d.]+)$/.exec(text) ?? [];
  if (word === undefined) throw malformed('--weight', text, 'WORD=FACTOR, such as "tiger=2"');
  return { word, weight: Number(weight) };
}

function wordInterval(text: string): { word: string; from: number; to: number } {
  const [, word, from, to] = /^(.+)=([\d.]+?)\.\.([\d.]+)$/.exec(text) ?? [];
  if (word === undefined) throw malformed('--word-tau', text, 'WORD=FROM..TO, such as "tiger=0.2..0.5"');
  return { word, from: Number(from), to: Number(to) };
}

/** `dog:tiger,ball`: "dog" in the old prompt and "tiger" in the new one, "ball" in both. */
function wordPair(flag: string, text: string): unknown {
  const pairs = text.split(',').map((part) => {
    const [source, target = source, ...rest] = part.split(':').map((word) => word.trim());
    if (!source || !target || rest.length > 0) throw malformed(flag, text, 'OLD:NEW, such as "dog:tiger"');
    return { source, target };
  });
  return { source: pairs.map(({ source }) => source), target: pairs.map(({ target }) => target) };
}

function malformed(flag: string, text: string, form: string): PalimpsestError {
  return new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ flag }} "${{ given: text }}" cannot be read: write ${{ form: ours(form) }}.`,
  );
}
