/** @file How Palimpsest is started. */

/** The command of who has installed it, and that of who has its source. */
export function StartCommand() {
  return (
    <>
      <code>palimpsest serve</code> (in its repository: <code>npm start</code>)
    </>
  );
}
