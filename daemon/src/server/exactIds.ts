/**
 * @file Ids that JavaScript's numbers would round, such as a time in nanoseconds: whoever sent one waits for just that.
 * Inside they are texts with a mark; on their way out they are numbers again.
 */

/** The digits of an id, or a whole text, so that nothing within texts is taken for one. */
const LONG_ID = /"id"(\s*:\s*)(-?\d{16,})(?=\s*[,}])|"(?:[^"\\]|\\.)*"/g;

/** Whether a number may have lost digits when it was read. */
export const isRounded = (id: unknown): boolean => Number.isInteger(id) && !Number.isSafeInteger(id);

/** @param text is JSON: on anything else this could take long. */
export const withMarkedIds = (text: string): string =>
  text.replace(LONG_ID, (whole, colon: string | undefined, digits: string | undefined) =>
    digits === undefined ? whole : `"id"${colon}"\\u0000${digits}"`,
  );

/** What was marked, as it was sent. */
export const withoutMarks = (answer: string): string =>
  answer.replace(/"id":"\\u0000(-?\d{16,})"/g, '"id":$1');
