/**
 * @file What is told to people: facts by name, and a sentence that they stand in.
 *
 * The words are put together in one place, when it is known who reads them: where something lies on this machine is told
 * on this machine only.
 */

import * as z from 'zod/mini';

/** Where something lies on this machine. */
export interface Place {
  readonly place: string;
}

/** The words of others, such as the system's or the runtime's: there is no telling what is in them. */
export interface Foreign {
  readonly foreign: string;
}

/** What a sentence tells; another sentence is a reason, or an optional part. */
export type Fact = string | number | boolean | readonly string[] | Place | Foreign | Sentence;

/** A sentence before it is put into words. */
export interface Sentence {
  /** With the facts' names in braces: `{file} has no weight {name}.` Braces that are meant are doubled. */
  readonly template: string;
  readonly facts: Readonly<Record<string, Fact>>;
}

/** The facts alone, for programs; which there are is not part of the contract. */
export const Facts = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);
export type Facts = z.infer<typeof Facts>;

/** Who reads it: whoever sits at this machine, or a client over the wire. */
export type Audience = 'here' | 'outside';

export const place = (path: string): Place => ({ place: path });

export const foreign = (text: string): Foreign => ({ foreign: text });

/** The message of an error that others made. */
export const foreignMessage = (error: unknown): Foreign =>
  foreign(error instanceof Error ? error.message : String(error));

/**
 * A sentence with its facts, each under a name: sentence`${{ file: place(path) }} has no weight ${{ name }}.`
 *
 * Words of others stand after a colon or in brackets, so that the sentence is whole without them.
 */
export function sentence(
  texts: TemplateStringsArray,
  ...named: readonly Readonly<Record<string, Fact>>[]
): Sentence {
  const template = texts.map((text, i) => {
    const [name] = Object.keys(named[i] ?? {});
    return escaped(text) + (name === undefined ? '' : `{${name}}`);
  });
  return { template: template.join(''), facts: Object.assign({}, ...named) };
}

/** A sentence that is in words already. */
export const verbatim = (words: string, facts: Facts = {}): Sentence => ({ template: escaped(words), facts });

const escaped = (words: string): string => words.replace(/[{}]/g, '$&$&');

/** A doubled brace, or a name with what leads to it and closes it. */
const SLOT = /\{\{|\}\}|(: | \()?\{(\w+)\}(\))?/g;

/** In words. To those outside, of a place its last name only, and none of the words of others. */
export function render({ template, facts }: Sentence, audience: Audience): string {
  return template.replace(SLOT, (found, before = '', name?: string, after = '') => {
    if (name === undefined) return found[0]!;
    const words = inWords(facts[name] ?? '', audience);
    if (words !== null) return before + words + after;
    if (before === ' (' && after === ')') return '';
    return before === ': ' ? after : `${before}…${after}`;
  });
}

/** The facts for programs: a sentence among them gives its own or, where it has none, its words. */
export function factsOf({ facts }: Sentence, audience: Audience): Facts {
  const told: Facts = {};
  for (const [name, fact] of Object.entries(facts)) {
    if (isSentence(fact) && Object.keys(fact.facts).length > 0) {
      for (const [inner, value] of Object.entries(factsOf(fact, audience))) told[inner] ??= value;
      continue;
    }
    const value = isList(fact) ? [...fact] : typeof fact === 'object' ? inWords(fact, audience) : fact;
    // An optional part that was left out is an empty text.
    if (value !== null && value !== '') told[name] = value;
  }
  return told;
}

/** Null for what is not told. */
function inWords(fact: Fact, audience: Audience): string | null {
  if (typeof fact !== 'object') return String(fact);
  if (isList(fact)) return fact.join(', ');
  if (isSentence(fact)) return render(fact, audience);
  if ('place' in fact) return audience === 'here' ? fact.place : lastName(fact.place);
  return audience === 'here' ? fact.foreign : null;
}

const isList = (fact: Fact): fact is readonly string[] => Array.isArray(fact);

const isSentence = (fact: Fact): fact is Sentence => typeof fact === 'object' && 'template' in fact;

/** Of a path of any system; a root has none. */
const lastName = (path: string): string => /[^\\/]*(?=[\\/]*$)/.exec(path)?.[0] || '…';
