/** @file Reports damage that was found in stored files, and mended, to whoever keeps this process's log. */

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
