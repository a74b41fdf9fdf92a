/**
 * @file Texts in the browser's own database, since a document may have many and the simpler storage is small. In a
 * private window, or where cookies of other sites are blocked, a page in Photopea may store nothing; texts then last as
 * long as the panel is open.
 */

import * as z from 'zod/mini';
import type { TextStore } from './keeping.ts';

const DATABASE = 'palimpsest-photopea';
const TABLE = 'texts';

export class BrowserTexts implements TextStore {
  /** null where the browser refuses. */
  private readonly opened: Promise<IDBDatabase | null> = open().catch(() => null);
  private readonly passing = new Map<string, string>();

  async get(name: string): Promise<string | null> {
    const table = await this.table('readonly');
    if (table === null) return this.passing.get(name) ?? null;
    const found = z.nullish(z.string()).safeParse(await settled(table.get(name)));
    return found.data ?? null;
  }

  async set(name: string, text: string | null): Promise<void> {
    const table = await this.table('readwrite');
    if (table !== null) await (text === null ? settled(table.delete(name)) : settled(table.put(text, name)));
    else if (text === null) this.passing.delete(name);
    else this.passing.set(name, text);
  }

  private async table(mode: IDBTransactionMode): Promise<IDBObjectStore | null> {
    const database = await this.opened;
    return database?.transaction(TABLE, mode).objectStore(TABLE) ?? null;
  }
}

async function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return await settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
