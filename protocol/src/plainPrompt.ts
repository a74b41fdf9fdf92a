/** @file A prompt without invisible characters, so that what looks the same is the same to the model. */

/** What joins or varies the sign before it. */
const JOINERS = '\\u200c\\u200d\\u180b-\\u180f\\ufe00-\\ufe0f\\u{e0020}-\\u{e007f}';
/** Signs that a joiner changes to be seen: those of emoji, and letters that are not Latin, Greek or Cyrillic. */
const JOINED = '[\\p{ExtPict}\\p{EMod}]|(?![\\p{sc=Latn}\\p{sc=Grek}\\p{sc=Cyrl}\\p{sc=Zinh}])[\\p{L}\\p{M}]';
/** The part of a keycap that cannot be seen by itself. */
const KEYCAP = '\\ufe0f(?=\\u20e3)';

/**
 * DI is what the standard calls default ignorable: soft hyphens, zero-width spaces, marks of direction. Joiners go all in a
 * row, looked at once: a prompt can be full of them.
 */
const INVISIBLE = new RegExp(
  `(?<!${JOINED}|[${JOINERS}])(?:(?!${KEYCAP})[${JOINERS}])+|(?![${JOINERS}])\\p{DI}|(?![\\s\\x85])\\p{Cc}`,
  'gu',
);

/** Signs in the width of a Chinese letter, or in half of it. */
const OTHER_WIDTHS = /[\uff01-\uffee]+/gu;
/** Letters and digits in another form, such as bold ones of mathematics, or two in one. */
const OTHER_FORMS = /[\p{Lu}\p{Ll}\p{Nd}]/gu;

/**
 * A prompt as it looks: without invisible characters, and with plain letters for full-width ones, for bold ones of
 * mathematics and for ligatures. Emoji, and scripts in which an invisible character changes a letter's form, stay whole.
 */
export const plainPrompt = (prompt: string): string =>
  prompt
    .replace(OTHER_WIDTHS, (signs) => signs.normalize('NFKC'))
    .replace(OTHER_FORMS, (letter) => {
      const plain = letter.normalize('NFKC');
      return /^[ -~]+$/.test(plain) ? plain : letter;
    })
    .replace(INVISIBLE, '');
