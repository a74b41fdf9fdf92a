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

/** What has a name in programs, and another for people. */
export interface Named {
  readonly id: string;
  readonly called: string;
}

/** An amount of a disk, or of memory. */
export interface Bytes {
  readonly bytes: number;
}

/** What there is to choose from. */
export interface OneOf {
  readonly oneOf: readonly string[];
}

/**
 * What a sentence tells: values, never words of ours. Another sentence is a reason, or a part that is there only at times;
 * programs get the facts in it.
 */
export type Fact =
  | string
  | number
  | boolean
  | readonly string[]
  | Place
  | Foreign
  | Named
  | Bytes
  | OneOf
  | Sentence;

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

export const named = (id: string, called: string): Named => ({ id, called });

export const bytes = (count: number): Bytes => ({ bytes: count });

export const oneOf = (choices: readonly string[]): OneOf => ({ oneOf: choices });

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

/** The same sentence with facts that it says in other words, or leaves unsaid. */
export const telling = (told: Sentence, facts: Facts): Sentence => ({
  template: told.template,
  facts: { ...told.facts, ...facts },
});

/** Sentences one after another, each a part of the whole. */
export const listed = (parts: readonly Sentence[], between: string): Sentence => ({
  template: parts.map((_, i) => `{part${i + 1}}`).join(escaped(between)),
  facts: Object.fromEntries(parts.map((part, i) => [`part${i + 1}`, part])),
});

/** Words of ours within a sentence: programs are not told them, but what they tell. */
export const ours = (words: string | Sentence): Sentence =>
  typeof words === 'string' ? verbatim(words) : words;

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

/** The facts for programs, those of the sentences among them too; of one name, the outermost. */
export function factsOf({ facts }: Sentence, audience: Audience): Facts {
  const told: Facts = {};
  for (const [name, fact] of Object.entries(facts)) {
    const value = isSentence(fact) ? null : valueFor(fact, audience);
    // Nothing stands for a part that is not there this time.
    if (value !== null && value !== '') told[name] = value;
  }
  for (const fact of Object.values(facts).filter(isSentence)) {
    for (const [name, value] of Object.entries(factsOf(fact, audience))) told[name] ??= value;
  }
  return told;
}

/** Null for what is not told. */
function valueFor(fact: Exclude<Fact, Sentence>, audience: Audience): Facts[string] | null {
  if (typeof fact !== 'object') return fact;
  if (isList(fact)) return [...fact];
  if ('id' in fact) return fact.id;
  if ('bytes' in fact) return fact.bytes;
  if ('oneOf' in fact) return [...fact.oneOf];
  return inWords(fact, audience);
}

/** Null for what is not told. */
function inWords(fact: Fact, audience: Audience): string | null {
  if (typeof fact !== 'object') return String(fact);
  if (isList(fact)) return fact.join(', ');
  if (isSentence(fact)) return render(fact, audience);
  if ('id' in fact) return fact.called;
  if ('bytes' in fact) return readableBytes(fact.bytes);
  if ('oneOf' in fact) return inTurns(fact.oneOf);
  if ('place' in fact) return audience === 'here' ? fact.place : lastName(fact.place);
  return audience === 'here' ? fact.foreign : null;
}

/** An amount of a disk, or of memory, for people: 8.5 GB, 640 MB, 2.5 MB. */
export function readableBytes(count: number): string {
  if (count >= 999.5e6) return `${(count / 1e9).toFixed(1)} GB`;
  return `${(count / 1e6).toFixed(count < 9.95e6 ? 1 : 0)} MB`;
}

/** `a, b or c` */
const inTurns = (choices: readonly string[]): string =>
  [choices.slice(0, -1).join(', '), ...choices.slice(-1)].filter((part) => part !== '').join(' or ');

const isList = (fact: Fact): fact is readonly string[] => Array.isArray(fact);

const isSentence = (fact: Fact): fact is Sentence => typeof fact === 'object' && 'template' in fact;

/** Of a path of any system; a root has none. */
const lastName = (path: string): string => /[^\\/]*(?=[\\/]*$)/.exec(path)?.[0] || '…';
