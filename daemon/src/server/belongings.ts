/**
 * @file What a client may see: the pictures that it gave, and the pictures and inversions that its jobs used or made.
 * It cannot tell whether anything else exists. The machine's owner sees everything.
 */

import { type BlobHash, type ClientInfo, picturesOf } from '@palimpsest/protocol';
import type { KeptJob } from '../queue/keptJob.ts';
import type { Ownership, Thing } from '../store/ownership.ts';
import type { Jobs } from './backend.ts';

type Someone = Pick<ClientInfo, 'id' | 'access'>;

/** Inversions that were there before a client used them are of commands that worked by themselves. */
const OWNER = 'owner';

export class Belongings {
  private readonly ownership: Ownership;

  constructor(ownership: Ownership, jobs: Pick<Jobs, 'list' | 'on'>) {
    this.ownership = ownership;

    // What jobs of earlier versions say is all that is known of their pictures.
    if (ownership.isNew) for (const record of jobs.list()) this.note(record);
    jobs.on('change', (record) => this.note(record));
  }

  hasPicture(client: Someone, image: BlobHash): boolean {
    return this.has(client, pictureNamed(image));
  }

  addPicture({ id }: Someone, image: BlobHash): void {
    this.ownership.claim(id, pictureNamed(image));
  }

  hasInversion(client: Someone, id: string): boolean {
    return this.has(client, inversionNamed(id));
  }

  /** The ids of a client's inversions, whether they are still there or not. */
  inversionsOf({ id, access }: Someone): string[] | 'all' {
    if (access === 'owner') return 'all';
    return [...this.ownership.thingsOf(id)].flatMap((thing) =>
      thing.startsWith(INVERSION) ? [thing.slice(INVERSION.length)] : [],
    );
  }

  /** Takes an inversion from a client; whether nobody is left who has it. What the owner gives up, all do. */
  giveUpInversion(client: Someone, id: string): boolean {
    this.ownership.renounce(client.id, inversionNamed(id));
    return client.access === 'owner' || !this.ownership.isOwned(inversionNamed(id));
  }

  private has({ id, access }: Someone, thing: Thing): boolean {
    return access === 'owner' || this.ownership.has(id, thing);
  }

  /** What a job has used and made is its owner's. */
  private note({ owner, request, state, result }: KeptJob): void {
    if (state !== 'done' || result === undefined) return;
    for (const image of picturesOf(request)) this.ownership.claim(owner, pictureNamed(image));
    if ('image' in result) this.ownership.claim(owner, pictureNamed(result.image));
    if (!('inversion' in result)) return;
    const inversion = inversionNamed(result.inversion);
    if (result.reused && !this.ownership.isOwned(inversion)) this.ownership.claim(OWNER, inversion);
    this.ownership.claim(owner, inversion);
  }
}

const PICTURE = 'picture-';
const INVERSION = 'inversion-';
const ALGORITHM = 'sha256:';

/** A picture among what belongs to somebody. */
export const pictureNamed = (image: BlobHash): Thing => `${PICTURE}${image.slice(ALGORITHM.length)}`;
/** The picture that a thing is; null where it is none. */
export const pictureOfThing = (thing: Thing): BlobHash | null =>
  thing.startsWith(PICTURE) ? `${ALGORITHM}${thing.slice(PICTURE.length)}` : null;
/** An inversion among what belongs to somebody. */
export const inversionNamed = (id: string): Thing => `${INVERSION}${id}`;
