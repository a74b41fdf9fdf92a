/** @file Damage that is found in what is kept, and mended: told to whoever keeps the log of this process. */

let listener = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};

/** Who is told from now on; stderr until then. */
export function onDamage(tell: (sentence: string) => void): void {
  listener = tell;
}

/** @param sentence what was damaged, and what is done about it. */
export function tellDamage(sentence: string): void {
  listener(sentence);
}
