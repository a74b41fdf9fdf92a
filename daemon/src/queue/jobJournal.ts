/** @file Jobs on disk, one JSON file each, so that they survive the daemon. */

import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { z } from 'zod';
import { tellDamage } from '../files/damage.ts';
import { keepPrivateFile, makePrivateFolder, writePrivateFile } from '../files/privateFiles.ts';
import { readKeptFile } from '../files/readKeptFile.ts';
import { removeLeftovers } from '../files/writeFile.ts';
import { KeptJob } from './keptJob.ts';

/** What is kept of a job. */
const StoredJob = z.strictObject({
  version: z.literal(1),
  /** Grows with each submission. */
  sequence: z.int().nonnegative(),
  record: KeptJob,
  /** Of the two above; earlier versions kept none. */
  crc32: z.int().optional(),
});

export type StoredJob = Pick<z.infer<typeof StoredJob>, 'sequence' | 'record'>;

/** Ids are random, and safe as a file name. */
const FILE_NAME = /^([0-9a-f-]{36})\.json$/;

/** More than any request with its longest prompts and options takes. */
const MAX_BYTES = 2 ** 20;

export class JobJournal {
  /** The last write of each job, so that they reach the disk in order. */
  private readonly writes = new Map<string, Promise<void>>();

  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** All jobs in the order of submission. Files that are damaged, or no jobs at all, are passed over. */
  async read(): Promise<StoredJob[]> {
    makePrivateFolder(this.folder);
    removeLeftovers(this.folder);
    const jobs: StoredJob[] = [];
    for (const name of await readdir(this.folder)) {
      const [, id] = FILE_NAME.exec(name) ?? [];
      const job = id === undefined ? null : await readJob(join(this.folder, name));
      if (job !== null && job.record.id === id) jobs.push(job);
    }
    return jobs.sort((a, b) => a.sequence - b.sequence);
  }

  /** @throws {PalimpsestError} DISK_FULL or WRITE_FAILED. */
  async write(job: StoredJob): Promise<void> {
    const { id } = job.record;
    const bytes = bytesOf(job);
    await this.inOrder(id, () => writePrivateFile(this.path(id), bytes));
  }

  /** Keeps how a job ended, also on a full disk: what is over is not done again. Where nothing can be written, it goes. */
  async settle(job: StoredJob): Promise<void> {
    const { id } = job.record;
    const bytes = bytesOf(job);
    await this.inOrder(id, () => keepPrivateFile(this.path(id), bytes)).catch(() => this.remove(id));
  }

  async remove(id: string): Promise<void> {
    await this.inOrder(id, () => rm(this.path(id), { force: true }));
  }

  /** When all that was begun is on the disk. */
  async flush(): Promise<void> {
    await Promise.allSettled(this.writes.values());
  }

  private path(id: string): string {
    return join(this.folder, `${id}.json`);
  }

  private async inOrder(id: string, work: () => Promise<void>): Promise<void> {
    const before = this.writes.get(id) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(work);
    this.writes.set(id, done);
    try {
      await done;
    } finally {
      if (this.writes.get(id) === done) this.writes.delete(id);
    }
  }
}

/** Null for what is no job, or not the one that was written: a prompt with another letter is another job. */
async function readJob(path: string): Promise<StoredJob | null> {
  try {
    const bytes = await readKeptFile(path, MAX_BYTES);
    const read: unknown = JSON.parse(String(bytes));
    const job = StoredJob.parse(read);
    if (job.crc32 === undefined || job.crc32 === checksumOf(read as StoredJob)) return job;
  } catch {}
  tellDamage(`${path} is damaged, or no job. It is passed over.`);
  return null;
}

function bytesOf({ sequence, record }: StoredJob): Uint8Array {
  const crc32 = checksumOf({ sequence, record });
  return Buffer.from(JSON.stringify({ version: 1, sequence, record, crc32 }));
}

/** Of a job as it is in its file. */
const checksumOf = ({ sequence, record }: StoredJob): number => crc32(JSON.stringify([sequence, record]));
