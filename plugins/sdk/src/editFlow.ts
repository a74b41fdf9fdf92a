/**
 * @file The flow of an edit: export, upload, wait, download. It can be stopped at each step and does not touch the
 * document; `keepEdits` does.
 */

import {
  BlobHash,
  type DaemonClient,
  type ErrorCode,
  type JobPriority,
  type JobProgress,
  type JobRecord,
  type Notice,
  noticesIn,
  PalimpsestError,
  type RemoteJob,
  untilAborted,
  verbatim,
  withoutIdle,
} from '@palimpsest/protocol';
import * as z from 'zod/mini';
import { isBlank } from './blankMask.ts';
import { type EditorHost, HostError, type LayerPixels } from './editorHost.ts';
import { exportScale, pixelSize } from './exportScale.ts';
import { Layer } from './hostData.ts';
import type { PixelSize } from './pngSize.ts';
import { isStyleOrder, Order, type Recipe } from './recipe.ts';

/** What the flow needs of a daemon. */
export type EditClient = Pick<DaemonClient, 'putImage' | 'getImage' | 'submit' | 'job' | 'closed'>;

export interface EditDependencies {
  readonly host: EditorHost;
  readonly client: EditClient;
}

/** An edit that the daemon has, as it can be kept while the panel is closed. */
export const PendingEdit = z.strictObject({
  job: z.string(),
  /** As `documentOf` has it. */
  document: z.string(),
  layer: Layer,
  order: Order,
  image: BlobHash,
  width: z.int(),
  height: z.int(),
});
export type PendingEdit = z.infer<typeof PendingEdit>;

/** A finished edit that is not in the document yet. */
export interface FinishedEdit {
  readonly layer: Layer;
  readonly recipe: Recipe;
  /** The layer's pixels, and the edited ones. */
  readonly before: Uint8Array<ArrayBuffer>;
  readonly after: Uint8Array<ArrayBuffer>;
  readonly width: number;
  readonly height: number;
}

/** Where an edit stands: on its way, in the daemon's queue, or being worked on. */
export type EditStage =
  /** `begin`: it is its turn, and the model is made ready. */
  | { readonly name: 'export' | 'upload' | 'begin' | 'download' }
  | { readonly name: 'queue'; readonly position: number | null }
  | { readonly name: 'work'; readonly progress: JobProgress };

const GONE = 'The layer is gone. Select another one.';

/** What the daemon says of what it does not have any more. */
const FORGOTTEN: readonly ErrorCode[] = ['JOB_UNKNOWN', 'IMAGE_UNKNOWN'];

export interface EditWatch {
  /** Stops the work: the job is cancelled, and nothing is placed. */
  readonly signal: AbortSignal;
  readonly onStage?: (stage: EditStage) => void;
  readonly onPreview?: (png: Uint8Array<ArrayBuffer>) => void;
  /** What the daemon says that the edit does otherwise than may be thought: all of it, each time. */
  readonly onNotices?: (notices: readonly Notice[]) => void;
  /**
   * The daemon has it: from here on `resumeEdit` can go on with it, whatever goes wrong. null where that is over: the job
   * has failed, or the daemon has forgotten it.
   */
  readonly onPending?: (pending: PendingEdit | null) => void;
}

/**
 * Edits a layer, with words or by the style of another; the document stays as it is. A lost connection is waited for.
 *
 * @throws {HostError} of the export.
 * @throws {PalimpsestError} of the daemon; its code is CANCELLED when the job was cancelled from elsewhere.
 * @throws what the signal was aborted with.
 */
export async function makeEdit(
  { host, client }: EditDependencies,
  { id }: Pick<Layer, 'id'>,
  order: Order,
  watch: EditWatch & { readonly priority?: JobPriority },
): Promise<FinishedEdit> {
  const { signal } = watch;
  signal.throwIfAborted();
  watch.onStage?.({ name: 'export' });
  const { layer, pixels: before } = await exportLayer(host, id, signal);
  const document = await untilAborted(signal, host.documentOf(layer, true));
  if (document === null) throw new HostError('LAYER_GONE', GONE);
  const beside = await exportBeside(host, order, layer, before, signal);

  watch.onStage?.({ name: 'upload' });
  const put = (png: Uint8Array<ArrayBuffer>) =>
    patiently(client, signal, () => client.putImage(png, { signal }));
  const image = await put(before.png);
  const second = beside && (await put(beside));

  watch.onStage?.({ name: 'queue', position: null });
  const common = { image, ...(watch.priority === undefined ? {} : { priority: watch.priority }) };
  const job = await untilAborted(signal, submit(client, order, common, second, signal));
  const { width, height } = before;
  const kept = { document, layer: storable(layer) };
  const pending: PendingEdit = { job: job.id, ...kept, order, image, width, height };
  watch.onPending?.(pending);
  return await follow({ client, job, pending, getBefore: async () => before.png, watch });
}

/**
 * Goes on with an edit that the daemon has: after the panel was closed, for instance.
 *
 * @throws as `makeEdit`; JOB_UNKNOWN when the daemon has forgotten it.
 */
export async function resumeEdit(
  { client }: Pick<EditDependencies, 'client'>,
  pending: PendingEdit,
  watch: EditWatch,
): Promise<FinishedEdit> {
  const { signal } = watch;
  signal.throwIfAborted();
  const job = client.job(pending.job);
  signal.addEventListener('abort', () => void job.cancel().catch(() => {}), { once: true });
  const getBefore = () => patiently(client, signal, () => client.getImage(pending.image, { signal }));
  return await follow({ client, job, pending, getBefore, watch });
}

async function exportLayer(
  host: EditorHost,
  id: string,
  signal: AbortSignal,
): Promise<{ layer: Layer; pixels: LayerPixels }> {
  const layer = await untilAborted(signal, host.find(id));
  if (layer === null) throw new HostError('LAYER_GONE', GONE);
  const pixels = await untilAborted(signal, host.exportPixels(id, exportScale(layer, host), signal));
  return { layer, pixels };
}

/** The second picture that an order needs: the style, or the mask; null where it needs none. */
async function exportBeside(
  host: EditorHost,
  order: Order,
  layer: Layer,
  size: LayerPixels,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (isStyleOrder(order)) return (await exportLayer(host, order.style.id, signal)).pixels.png;
  return order.masking === 'selection' ? await exportMask(host, layer, size, signal) : null;
}

/** @param second the picture of `exportBeside`. */
function submit(
  client: EditClient,
  order: Order,
  common: { readonly image: BlobHash; readonly priority?: JobPriority },
  second: BlobHash | null,
  signal: AbortSignal,
): Promise<RemoteJob> {
  const watch = { signal, previews: true };
  if (isStyleOrder(order)) {
    const { model, source, styleSource } = order;
    const { inversion, style: options } = withoutIdle({ inversion: order.inversion, style: order.options });
    const params = { model, source, styleSource, inversion, options };
    return client.submit('styles.create', { ...common, ...params, style: second ?? common.image }, watch);
  }
  const { model, source, target } = order;
  // What a form holds, or an order of a document, may wait for something that is not there this time.
  const { inversion, edit } = withoutIdle({
    inversion: order.inversion,
    edit: order.edit,
    masked: second !== null,
  });
  const params = { model, source, target, inversion, edit };
  return client.submit(
    'edits.create',
    { ...common, ...params, ...(second === null ? {} : { mask: second }) },
    watch,
  );
}

async function exportMask(
  host: EditorHost,
  layer: Layer,
  { width, height }: PixelSize,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const mask = await untilAborted(signal, host.mask(layer.id, { width, height }, signal));
  if (mask !== null && !(await isBlank(mask))) return mask;
  const lack = mask === null ? 'There is nothing' : `“${layer.name}” has no part`;
  throw new HostError(
    'LAYER_UNSUITABLE',
    `${lack} ${host.maskName ?? 'selected'}. Mark where the picture may change, or let all of it change.`,
  );
}

/** An edit that the daemon has. */
interface Following {
  readonly client: EditClient;
  readonly job: RemoteJob;
  readonly pending: PendingEdit;
  /** The layer's pixels, as they were sent. */
  readonly getBefore: () => Promise<Uint8Array<ArrayBuffer>>;
  readonly watch: EditWatch;
}

async function follow(following: Following): Promise<FinishedEdit> {
  try {
    return await toItsEnd(following);
  } catch (error) {
    if (error instanceof PalimpsestError && FORGOTTEN.includes(error.code)) following.watch.onPending?.(null);
    throw error;
  }
}

async function toItsEnd({ client, job, pending, getBefore, watch }: Following): Promise<FinishedEdit> {
  const { layer, order, image, width, height } = pending;
  const { signal } = watch;
  const before = await getBefore();
  const { record, seconds } = await untilAborted(signal, watchJob(job, watch));
  const made = record.result;
  if (made === undefined || !('image' in made))
    throw new PalimpsestError('INTERNAL', 'The job made no picture.');
  const { image: result } = made;
  watch.onStage?.({ name: 'download' });
  const after = await patiently(client, signal, () => client.getImage(result, { signal }));
  const recipe: Recipe = {
    ...{ order, image, result, seconds },
    ...('inversion' in made ? { inversion: made.inversion } : {}),
    madeAt: record.finishedAt ?? Date.now(),
  };
  return { layer, recipe, before, after, width, height };
}

/** The job's record when it is done, and how long the drawing took. */
async function watchJob(job: RemoteJob, watch: EditWatch): Promise<{ record: JobRecord; seconds: number }> {
  let drawingSince: number | null = null;
  for await (const event of job) {
    if (watch.signal.aborted) break;
    if (event.type === 'preview') watch.onPreview?.(new Uint8Array(event.png));
    if (event.type === 'progress') {
      if (event.progress.stage === 'edit') drawingSince ??= Date.now();
      watch.onStage?.({ name: 'work', progress: event.progress });
    }
    if (event.type !== 'state') continue;
    const { state, position = null, progress, error } = event.job;
    const notices = noticesIn(event.job);
    if (notices.length > 0) watch.onNotices?.(notices);
    if (state === 'queued') watch.onStage?.({ name: 'queue', position });
    if (state === 'running')
      watch.onStage?.(progress === undefined ? { name: 'begin' } : { name: 'work', progress });
    if (state === 'failed') {
      watch.onPending?.(null);
      const { code = 'INTERNAL', message = 'The edit failed.', facts } = error ?? {};
      throw new PalimpsestError(code, verbatim(message, facts));
    }
    if (state === 'cancelled') throw new PalimpsestError('CANCELLED', 'The edit was cancelled.');
    if (state === 'done') {
      const since = drawingSince ?? event.job.startedAt ?? Date.now();
      return { record: event.job, seconds: (Date.now() - since) / 1000 };
    }
  }
  throw new PalimpsestError('CONNECTION_LOST', 'The panel was closed before the edit was done.');
}

/** Does it again when the connection was lost in the middle of it; the client waits until it is back. */
async function patiently<T>(client: EditClient, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await untilAborted(signal, work());
    } catch (error) {
      const lost = error instanceof PalimpsestError && error.code === 'CONNECTION_LOST';
      if (!lost || client.closed) throw error;
    }
  }
}

/** Without what a host may have put there beside the contract. */
const storable = ({ id, name, width, height, transform, naturalScale }: Layer): Layer => ({
  ...{ id, name, width, height, transform, naturalScale },
});

/** The size of the pixels that an edit of this layer works on. */
export const workSize = (layer: Layer, host: Pick<EditorHost, 'maxSide'>): PixelSize =>
  pixelSize(layer, exportScale(layer, host));
