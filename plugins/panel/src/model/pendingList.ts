/** @file The edits that the daemon has, kept for when the panel is opened again. */

import { type EditorHost, PendingEdit, sentenceOf } from '@palimpsest/sdk';

const PENDING = 'pending';
/** Of a setting, in characters; hosts have room for 64 kB. */
const ROOM = 60_000;

/** Other panels of the same person may keep theirs in the same place; each adds and removes its own only. */
export class PendingList {
  private changing: Promise<void> = Promise.resolve();

  private readonly host: EditorHost;

  constructor(host: EditorHost) {
    this.host = host;
  }

  /** The oldest first. */
  async read(): Promise<readonly PendingEdit[]> {
    return parsed(await this.host.readSetting(PENDING));
  }

  async add(pending: PendingEdit): Promise<void> {
    await this.change((kept) => [...kept.filter(({ job }) => job !== pending.job), pending]);
  }

  async remove(jobs: readonly string[]): Promise<void> {
    if (jobs.length > 0) await this.change((kept) => kept.filter(({ job }) => !jobs.includes(job)));
  }

  /** One change after the other. Where the host refuses, the person is told, and the edits go on. */
  private change(by: (kept: readonly PendingEdit[]) => readonly PendingEdit[]): Promise<void> {
    this.changing = this.changing.then(async () => {
      try {
        await this.host.writeSetting(PENDING, written(by(await this.read())));
      } catch (error) {
        this.host.notify(sentenceOf(error), 'error');
      }
    });
    return this.changing;
  }
}

/** What another version of the panel wrote is left out: the jobs are in the daemon, and their results lost to this one. */
function parsed(text: string | null): readonly PendingEdit[] {
  try {
    const kept: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(kept) ? kept.flatMap((one) => PendingEdit.safeParse(one).data ?? []) : [];
  } catch {
    return [];
  }
}

/** Where there is no room for all of them, without the oldest. */
function written(kept: readonly PendingEdit[]): string | null {
  if (kept.length === 0) return null;
  const text = JSON.stringify(kept);
  return text.length <= ROOM ? text : written(kept.slice(1));
}
