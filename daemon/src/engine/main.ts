/** @file The engine process: takes tasks from the daemon, and ends with it. */

import { foreignMessage, PalimpsestError, sentence } from '@palimpsest/protocol';
import { onDamage } from '../files/damage.ts';
import { outliveOutput } from '../files/outlet.ts';
import type { TaskWatch } from './engine.ts';
import { EngineSettings, type FromEngine, type Outcome, type Task, ToEngine } from './messages.ts';
import { openEngine } from './openEngine.ts';
import { Pace } from './progressReports.ts';

/** Between two reports of progress, in ms. */
const INTERVAL = 100;

outliveOutput();

const engine = openEngine(EngineSettings.parse(JSON.parse(process.argv[2] ?? '')));
let task: { readonly controller: AbortController; preview: boolean } | null = null;

process.on('message', (raw) => {
  const message = ToEngine.parse(raw);
  if (message.type === 'task') void perform(message.task);
  else if (message.type === 'cancel') task?.controller.abort();
  else if (task !== null) task.preview = message.wanted;
});
// Without its daemon nobody waits for the result; what was learned is on disk.
process.on('disconnect', () => process.exit());
// Ctrl-C on a terminal reaches the whole group; the daemon decides when the engine ends.
process.on('SIGINT', () => {});

onDamage(log);
send({ type: 'ready' });

async function perform(given: Task): Promise<void> {
  const controller = new AbortController();
  task = { controller, preview: given.do === 'run' && given.preview };
  const outcome = await engine
    .perform(given, {
      signal: controller.signal,
      onProgress: reporter(),
      onNotice: (notice) => send({ type: 'notice', notice }),
    })
    .catch(toOutcome);
  task = null;
  send({ type: 'done', outcome, models: engine.loaded, rssBytes: process.memoryUsage.rss() });
}

/** Sends at most ten reports a second, and the last one of each stage. */
function reporter(): TaskWatch['onProgress'] {
  const pace = new Pace(INTERVAL);
  return (progress, paint) => {
    if (task?.preview) paint((png) => send({ type: 'preview', png }));
    if (pace.isDue(progress)) send({ type: 'progress', progress, rssBytes: process.memoryUsage.rss() });
  };
}

function toOutcome(error: unknown): Outcome {
  if (error instanceof PalimpsestError) {
    const { code, sentence } = error;
    return { of: 'error', failure: { code, sentence } };
  }
  // Not foreseen: a bug, which the stack helps to find.
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  const told = sentence`The engine met a fault of its own: ${{ reason: foreignMessage(error) }}`;
  return { of: 'error', failure: { code: 'ENGINE_FAILED', sentence: told } };
}

/** To the daemon's log. */
function log(sentence: string): void {
  send({ type: 'log', sentence });
}

function send(message: FromEngine): void {
  // The callback takes the error of a channel that has just closed; 'disconnect' ends the process.
  process.send?.(message, undefined, undefined, () => {});
}
