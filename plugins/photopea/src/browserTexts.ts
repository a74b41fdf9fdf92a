/** @file Texts in the browser's own database: a document may have many, and the simpler storage is small. */

import { HostError } from '@palimpsest/sdk';
import * as z from 'zod/mini';
import type { TextStore } from './keeping.ts';

const DATABASE = 'palimpsest-photopea';
const TABLE = 'texts';

export class BrowserTexts implements TextStore {
  private opened: Promise<IDBDatabase> | null = null;

  async get(name: string): Promise<string | null> {
    const table = await this.table('readonly');
    const found = z.nullish(z.string()).safeParse(await settled(table.get(name)));
    return found.data ?? null;
  }

  async set(name: string, text: string | null): Promise<void> {
    const table = await this.table('readwrite');
    await (text === null ? settled(table.delete(name)) : settled(table.put(text, name)));
  }

  private async table(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    this.opened ??= open();
    return (await this.opened).transaction(TABLE, mode).objectStore(TABLE);
  }
}

function open(): Promise<IDBDatabase> {
  const request = indexedDB.open(DATABASE, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
  return settled(request);
}

function settled<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () =>
      reject(
        new HostError(
          'EDITOR_FAILED',
          'The browser does not let the panel keep anything. Allow it to store data for this page.',
          { cause: request.error },
        ),
      );
  });
}
