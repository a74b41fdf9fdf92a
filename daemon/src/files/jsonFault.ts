/** @file Where a text stops being JSON: the JavaScript engine's own messages say so in some cases and versions only. */

/** White space, then a sign, a text, or another value; nothing where neither follows. */
const TOKEN =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|[\x7f-\x9f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-]))/uy;
const SPACE = /[ \t\r\n]*/y;

/** What may come next; `key` and `value` only after a comma, where the bracket cannot be closed. */
type Next = 'value' | 'value or ]' | 'key' | 'key or }' | ':' | ', or end';

/** The line and column, from 1, of the first sign that is wrong in a text that is not JSON; its end, if it is cut short. */
export function placeOfFault(text: string): { readonly line: number; readonly column: number } {
  const before = text.slice(0, firstWrong(text)).split(/\r\n|\r|\n/);
  return { line: before.length, column: before.at(-1)!.length + 1 };
}

function firstWrong(text: string): number {
  const open: string[] = [];
  let next: Next = 'value';
  for (let at = 0; ; at = TOKEN.lastIndex) {
    SPACE.lastIndex = TOKEN.lastIndex = at;
    SPACE.exec(text);
    const start = SPACE.lastIndex;
    const [token, sign, string] = TOKEN.exec(text) ?? [];
    if (token === undefined) return start;
    const following = after(next, sign ?? (string === undefined ? 'value' : 'text'), open);
    if (following === null) return start;
    next = following;
  }
}

/** What may follow a token, or null where it may not stand; keeps account of the brackets. */
function after(next: Next, token: string, open: string[]): Next | null {
  const isValue = next === 'value' || next === 'value or ]';
  const isKey = next === 'key' || next === 'key or }';
  switch (token) {
    case '{':
    case '[':
      if (!isValue) return null;
      open.push(token);
      return token === '{' ? 'key or }' : 'value or ]';
    case '}':
      return (next === 'key or }' || next === ', or end') && open.pop() === '{' ? ', or end' : null;
    case ']':
      return (next === 'value or ]' || next === ', or end') && open.pop() === '[' ? ', or end' : null;
    case ',':
      if (next !== ', or end' || open.length === 0) return null;
      return open.at(-1) === '{' ? 'key' : 'value';
    case ':':
      return next === ':' ? 'value' : null;
    case 'text':
      if (isKey) return ':';
      return isValue ? ', or end' : null;
    default:
      return isValue ? ', or end' : null;
  }
}
