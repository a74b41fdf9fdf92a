/** Pictures that come in: clients take turns, however many one of them sends. */

import type { BlobHash, ClientInfo } from '@palimpsest/protocol';
import { expect, it } from 'vitest';
import { Belongings } from '../../daemon/src/server/belongings.ts';
import { Pictures } from '../../daemon/src/server/pictures.ts';
import { picture, type TestServer, testServer } from './harness.ts';

it('pictures of one client do not keep those of another waiting', async () => {
  const server: TestServer = await testServer();
  try {
    const { backend } = server;
    const written: BlobHash[] = [];
    const blobs = Object.create(backend.blobs, {
      put: {
        value: async (bytes: Uint8Array) => {
          const image = await backend.blobs.put(bytes);
          written.push(image);
          return image;
        },
      },
    });
    const pictures = new Pictures(blobs, new Belongings(backend.ownership, backend.jobs));
    const of = (id: string) =>
      pictures.of((): ClientInfo => ({ id, name: id, access: 'client', createdAt: 0 }));
    const many = await Promise.all(Array.from({ length: 12 }, (_, i) => picture(16 + i, 16)));
    const one = await picture(64, 64);
    const greedy = many.map((bytes) => of('greedy').keep(bytes));
    const { image } = await of('honest').keep(one);
    await Promise.all(greedy);
    expect(written).toHaveLength(13);
    // After the one that is being written, and one that waited before it.
    expect(written.indexOf(image)).toBeLessThanOrEqual(2);
  } finally {
    await server.close();
  }
});
