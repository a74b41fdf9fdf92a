/**
 * @file The Hugging Face Hub, as far as downloading takes: what a repository holds, and its files.
 *
 * Plain `fetch`: two addresses are all that is needed, and checks and resuming are ours in any case.
 */

import { PalimpsestError, type Sentence, sentence } from '@palimpsest/protocol';
import { z } from 'zod';

const ENDPOINT = 'https://huggingface.co';

/** A file of a repository, with what its bytes have to be. */
export interface HubFile {
  readonly path: string;
  readonly size: number;
  /** Large files have a sha256, small ones git's name of their content. */
  readonly digest: { readonly kind: 'sha256' | 'git'; readonly hex: string };
}

export interface HubRepository {
  readonly name: string;
  /** The commit that the name stood for: what is downloaded is of this one, to the last file. */
  readonly revision: string;
  readonly licence: string | null;
  readonly files: readonly HubFile[];
}

const Hex = z.string().regex(/^[0-9a-f]+$/);
const Sibling = z.object({
  // A name that leads out of its folder is never written.
  rfilename: z.string().regex(/^(?!.*(^|\/)\.\.?(\/|$))[^/\\:][^\\:]*$/),
  size: z.int().nonnegative(),
  blobId: Hex.length(40),
  lfs: z.object({ sha256: Hex.length(64), size: z.int().nonnegative() }).nullish(),
});
const Answer = z.object({
  sha: Hex.length(40),
  cardData: z.object({ license: z.string().nullish() }).nullish(),
  tags: z.array(z.string()).default([]),
  siblings: z.array(z.unknown()),
});

export interface HubOptions {
  /** `$HF_ENDPOINT`, or the public hub. */
  readonly endpoint?: string | undefined;
  /** Of a person who has agreed to a gated model's terms: `$HF_TOKEN`. */
  readonly token?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export class Hub {
  private readonly endpoint: string;

  private readonly options: HubOptions;

  constructor(options: HubOptions) {
    this.options = options;

    this.endpoint = (options.endpoint ?? ENDPOINT).replace(/\/$/, '');
  }

  /** @throws {PalimpsestError} DOWNLOAD_FAILED, MODEL_GATED, MODEL_UNKNOWN. */
  async repository(name: string, revision = 'main'): Promise<HubRepository> {
    const response = await this.get(
      `/api/models/${name}/revision/${encodeURIComponent(revision)}?blobs=true`,
      name,
    );
    const answer = Answer.safeParse(await response.json().catch(() => null));
    if (!answer.success) throw failed(name, sentence`the hub answered something that cannot be read`);
    const { sha, cardData, tags, siblings } = answer.data;
    const tag = tags.find((one) => one.startsWith('license:'))?.slice('license:'.length);
    const files = siblings.flatMap((raw) => {
      const sibling = Sibling.safeParse(raw);
      if (!sibling.success) return [];
      const { rfilename: path, size, blobId, lfs } = sibling.data;
      const digest = lfs
        ? ({ kind: 'sha256', hex: lfs.sha256 } as const)
        : ({ kind: 'git', hex: blobId } as const);
      return [{ path, size: lfs?.size ?? size, digest }];
    });
    return { name, revision: sha, licence: cardData?.license ?? tag ?? null, files };
  }

  /**
   * A file's bytes from an offset on.
   *
   * @returns the bytes, and where they begin: 0 where the hub sends the whole file in spite of the offset.
   * @throws {PalimpsestError} as `repository`.
   */
  async file(
    { name, revision }: HubRepository,
    path: string,
    offset: number,
  ): Promise<{ start: number; body: ReadableStream<Uint8Array> }> {
    const place = path.split('/').map(encodeURIComponent).join('/');
    const headers = offset > 0 ? { range: `bytes=${offset}-` } : {};
    const response = await this.get(`/${name}/resolve/${revision}/${place}`, name, headers);
    if (response.body === null) throw failed(name, sentence`${{ file: path }} came without content`);
    return { start: response.status === 206 ? offset : 0, body: response.body };
  }

  private async get(path: string, name: string, headers: Record<string, string> = {}): Promise<Response> {
    const { token, signal } = this.options;
    const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
    let response: Response;
    try {
      // fetch leaves the token out where the hub sends us on to another host.
      response = await fetch(this.endpoint + path, {
        headers: { ...headers, ...authorization },
        ...(signal === undefined ? {} : { signal }),
      });
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      throw failed(
        name,
        sentence`${{ endpoint: this.endpoint }} cannot be reached; check the connection`,
        cause,
      );
    }
    if (response.ok) return response;
    if (response.status === 401 || response.status === 403)
      throw gated(name, this.endpoint, token !== undefined);
    if (response.status === 404) {
      throw new PalimpsestError(
        'MODEL_UNKNOWN',
        sentence`The hub has no model ${{ name }}, or not this file of it. Check the name.`,
      );
    }
    throw failed(name, sentence`the hub answered ${{ status: response.status }}`);
  }
}

function gated(name: string, endpoint: string, hasToken: boolean): PalimpsestError {
  return new PalimpsestError(
    'MODEL_GATED',
    hasToken
      ? sentence`The token in HF_TOKEN may not download ${{ name }}. Agree to its terms at ${{ endpoint }}/${{ name }} with the same account.`
      : sentence`${{ name }} is not open to everybody, or does not exist. Agree to its terms at ${{ endpoint }}/${{ name }}, make a token that may read, and set HF_TOKEN to it.`,
  );
}

export function failed(name: string, reason: Sentence, cause?: unknown): PalimpsestError {
  return new PalimpsestError(
    'DOWNLOAD_FAILED',
    sentence`${{ name }} was not downloaded: ${{ reason }}. The same command goes on where it stopped.`,
    { cause },
  );
}
