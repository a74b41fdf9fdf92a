/** @file What in a prompt is read differently than its writer may expect: syntax of other programs, and other alphabets. */

import type { Notice } from './notices.ts';

/** What is told of each prompt: the first finding of each kind. */
export const promptNotices = (prompt: string): Notice[] =>
  [
    strengths,
    schedules,
    alternations,
    wildcards,
    keywords,
    extraNetworks,
    embeddings,
    mixedAlphabets,
  ].flatMap((look) => look(prompt) ?? []);

const AS_WORDS = 'is read as ordinary words and signs.';

// Whoever writes a prompt chooses how long it is looked at. So in each pattern a sign can be taken in one way only, and no
// part is read from more than one beginning: the time grows with the prompt's length, no faster.

/** (star:1.3) */
const IN_PARENTHESES = /(?<!\\)\(([^()]*)\)/g;
const STRENGTH = /^-?(?:\d+(?:\.\d+)?|\.\d+)$/;
/** star++, (red star)-- */
const SIGNED = /(?:(?<!\\)\(([^()]+)\)|(?<!\p{L})(\p{L}{2,}))(\+{2,}|-{2,})(?![^\s,.;)])/u;
/** ((star)), [star], {star}: from the first bracket that is not escaped. */
const BRACKETED =
  /(?<!\\)((?<!(?<!\\)\()\(+|(?<!(?<!\\)\[)\[+|(?<!(?<!\\)\{)\{+)(?=[^()[\]{}:|]*\p{L})([^()[\]{}:|]*)[)\]}]+/u;
/** How much more a word counts for each sign after it, or pair of brackets around it. */
const FACTORS: Readonly<Record<string, number>> = { '+': 1.1, '-': 0.9, '(': 1.1, '[': 1 / 1.1, '{': 1.05 };

/** The first enclosed part that ends in a colon and such a number. */
function numbered(
  prompt: string,
  enclosed: RegExp,
  form: RegExp,
): { readonly part: string; readonly words: string; readonly number: string } | null {
  for (const [part, inner = ''] of prompt.matchAll(enclosed)) {
    const colon = inner.lastIndexOf(':');
    const number = inner.slice(colon + 1).trim();
    if (colon >= 0 && form.test(number)) return { part, words: inner.slice(0, colon), number };
  }
  return null;
}

function strengths(prompt: string): Notice | null {
  const { part: written, words: named, number } = numbered(prompt, IN_PARENTHESES, STRENGTH) ?? {};
  const [signed, several, one, signs] = SIGNED.exec(prompt) ?? [];
  const [enclosed, brackets, inner] = BRACKETED.exec(prompt) ?? [];
  const part = written ?? signed ?? enclosed;
  if (part === undefined) return null;
  const words = (named ?? several ?? one ?? inner ?? '').trim();
  const marks = signs ?? brackets ?? '';
  const factor = Number(number ?? (FACTORS[marks[0]!]! ** marks.length).toFixed(2));
  return {
    code: 'SYNTAX_STRENGTH',
    facts: { part, words, factor },
    text: `"${part}" ${AS_WORDS} In other programs "${words}" would count ${factor} times as much; here words get their strength beside the prompt.`,
  };
}

/** [ball:star:0.5], [star:0.5], [ball::0.5] */
const IN_SQUARE_BRACKETS = /\[([^[\]]*)\]/g;
const TIME = /^(?:\d+(?:\.\d+)?|\.\d+)$/;

function schedules(prompt: string): Notice | null {
  const scheduled = numbered(prompt, IN_SQUARE_BRACKETS, TIME);
  if (scheduled === null) return null;
  const { part, words, number } = scheduled;
  const change = words.split(':').map((word) => word.trim());
  const [before, after] = words.endsWith(':')
    ? [words.slice(0, -1).trim(), '']
    : change.length > 1
      ? change
      : ['', change[0]];
  const does =
    after === '' ? `drop "${before}"` : before === '' ? `add "${after}"` : `turn "${before}" into "${after}"`;
  const when =
    Number(number) < 1 ? `after ${Math.round(Number(number) * 100)} % of the steps` : `after step ${number}`;
  return {
    code: 'SYNTAX_SCHEDULE',
    facts: { part },
    text: `"${part}" ${AS_WORDS} In other programs it would ${does} ${when}; here a prompt stays the same in all steps. Write what the picture should show in the end.`,
  };
}

/** [cat|dog] */
const ALTERNATING = /\[([^[\]|]*\|[^[\]]*)\]/;

function alternations(prompt: string): Notice | null {
  const [part, words = ''] = ALTERNATING.exec(prompt) ?? [];
  if (part === undefined) return null;
  const turns = words.split('|').map((word) => `"${word.trim()}"`);
  return {
    code: 'SYNTAX_ALTERNATION',
    facts: { part },
    text: `"${part}" ${AS_WORDS} In other programs ${turns.join(' and ')} would take turns from step to step; here a prompt stays the same in all steps. Write the one that you mean, or both as a mixture.`,
  };
}

/** __color__, {cat|dog} */
const WILDCARD = /__[\p{L}\p{N}/*-][\p{L}\p{N}_/*-]*__|\{[^{}|]*\|[^{}]*\}/u;

function wildcards(prompt: string): Notice | null {
  const [part] = WILDCARD.exec(prompt) ?? [];
  if (part === undefined) return null;
  return {
    code: 'SYNTAX_WILDCARD',
    facts: { part },
    text: `"${part}" ${AS_WORDS} In other programs one of several words would be drawn by lot; here a prompt stays as it is. Write the one that you mean.`,
  };
}

const KEYWORDS: Readonly<Record<string, string>> = {
  AND: 'it would draw several prompts at once; here there is one prompt. Say it all in one sentence.',
  BREAK: 'it would begin a new part of a long prompt; here a prompt has one part. Leave it out.',
};

function keywords(prompt: string): Notice | null {
  // Who writes all in capitals means the words.
  const [part] = (/\p{Ll}/u.test(prompt) && /(?<=^|[\s,])(AND|BREAK)(?=[\s,]|$)/.exec(prompt)) || [];
  if (part === undefined) return null;
  return {
    code: 'SYNTAX_KEYWORD',
    facts: { part },
    text: `"${part}" is read as an ordinary word. In other programs ${KEYWORDS[part]}`,
  };
}

/** <lora:name:0.8>, and others of its kind. */
const EXTRA_NETWORK = /<(lora|lyco|hypernet):([^<>:]*)(?::(-?[\d.]+(?![\d.]))[^<>]*)?>/i;

function extraNetworks(prompt: string): Notice | null {
  const [part, kind = '', name = '', strength = '1'] = EXTRA_NETWORK.exec(prompt) ?? [];
  if (part === undefined) return null;
  if (kind.toLowerCase() === 'hypernet') {
    const text = `"${part}" ${AS_WORDS} Hypernetworks cannot be used here: leave it out, and say its style in words.`;
    return { code: 'SYNTAX_NETWORK', facts: { part }, text };
  }
  const other =
    kind.toLowerCase() === 'lyco'
      ? ' A LyCORIS is taken where it is a plain LoRA inside; LoHa and LoKr are not.'
      : '';
  return {
    code: 'SYNTAX_LORA',
    facts: { part, name: name.trim(), strength: Number(strength) },
    text: `"${part}" ${AS_WORDS} A LoRA is not called by a prompt here, but merged into the model beforehand.${other}`,
  };
}

/** embedding:name, <name>, and embeddings that come with many recipes. */
const EMBEDDING =
  /\bembedding:[\w.-]+|<[\w-]+>|\b(easynegative|fastnegative|badhandv\d|bad-?hands?-\d|bad[_-](prompt|artist)|ng_deepnegative|verybadimagenegative|unrealisticdream|baddream)[\w-]*/i;

function embeddings(prompt: string): Notice | null {
  const [part] = EMBEDDING.exec(prompt) ?? [];
  if (part === undefined) return null;
  return {
    code: 'SYNTAX_EMBEDDING',
    facts: { part },
    text: `"${part}" ${AS_WORDS} Embeddings (textual inversion) cannot be used here: say what they stand for in words.`,
  };
}

/** Letters of Cyrillic and of Greek, each before the Latin one that it looks like. */
const LOOK_ALIKES: ReadonlyMap<string, string> = new Map(
  (
    'аa еe оo рp сc уy хx іi јj ѕs һh ԁd ԛq ԝw АA ВB ЕE КK МM НH ОO РP СC ТT УY ХX ІI ЈJ ЅS кk мm тt ' +
    'οo νv αa ιi κk ρp υu χx γy ΑA ΒB ΕE ΖZ ΗH ΙI ΚK ΜM ΝN ΟO ΡP ΤT ΥY ΧX'
  )
    .split(' ')
    .map((pair) => [pair[0]!, pair[1]!]),
);

function mixedAlphabets(prompt: string): Notice | null {
  const words = prompt.match(/\p{L}+/gu) ?? [];
  const word = words.find(
    (some) => /\p{sc=Latn}/u.test(some) && [...some].some((one) => LOOK_ALIKES.has(one)),
  );
  if (word === undefined) return null;
  const strange = [...new Set(word)].filter((letter) => LOOK_ALIKES.has(letter));
  const meant = [...word].map((letter) => LOOK_ALIKES.get(letter) ?? letter).join('');
  const told = strange.map(
    (letter) =>
      `"${letter}" (U+${letter.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}, ${/\p{sc=Cyrl}/u.test(letter) ? 'Cyrillic' : 'Greek'})`,
  );
  return {
    code: 'ALPHABETS_MIXED',
    facts: { word, meant, letters: strange.join('') },
    text: `"${word}" only looks like "${meant}": it has ${told.join(', ')} among Latin letters, and the model reads another word. Type it anew.`,
  };
}
