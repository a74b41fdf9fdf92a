/** @file Work in scratch documents, which are closed afterwards whatever happens. */

import { HostError, type PixelSize, sizeOfPng } from '@palimpsest/sdk';
import type { Session } from './bridge.ts';
import type { LayerId } from './layerIds.ts';
import { MEASURE, PREPARE_EXPORT, PREPARE_MASK, SAVE, SHRINK } from './scripts/exporting.ts';
import type { Box, DocumentRef, LayerRef } from './scripts/looking.ts';
import { ASSEMBLE, CLAIM, INSERT } from './scripts/placing.ts';
import { CLEAN_UP, SURROUNDINGS } from './scripts/scratch.ts';

/** Photopea sends no file at times, above all the first time. */
const SAVES = 5;
/** In ms for each pixel: a large file may be late, and must not be taken for the next one. */
const SLACK = 0.0004;

const LOST = 'Photopea did not send the pixels of the layer. Try again, or rasterize the layer first.';

/** A layer made of a result. */
export interface Insertion {
  readonly document: DocumentRef;
  /** The source, where it is still there. */
  readonly layer: LayerRef | null;
  readonly name: string;
  readonly left: number;
  readonly top: number;
  /** In the document; the picture is scaled to it where it has another size. */
  readonly size: PixelSize;
  readonly picture: Uint8Array<ArrayBuffer>;
  readonly mask: Uint8Array<ArrayBuffer> | null;
}

export class ScratchWork {
  /** Names that nobody else gives: whatever has them is taken away. */
  private readonly prefix = `palimpsest-scratch-${crypto.randomUUID()}-`;
  /** A layer that is in the person's document while its selection is read. */
  private readonly area = `${this.prefix}area`;
  private made = 0;

  private readonly session: Session;

  private constructor(session: Session) {
    this.session = session;
  }

  /** Does the work, and takes the scratch documents away. */
  static async within<T>(session: Session, work: (scratch: ScratchWork) => Promise<T>): Promise<T> {
    const { result: before } = await session.run(SURROUNDINGS, {});
    const scratch = new ScratchWork(session);
    const { prefix, area } = scratch;
    const cleanUp = () => session.run(CLEAN_UP, { prefix, area, document: before.active });
    let done: T;
    try {
      done = await work(scratch);
    } catch (error) {
      // The first failure says more than one of the cleaning up.
      await cleanUp().catch(() => {});
      throw error;
    }
    await cleanUp();
    return done;
  }

  /** The box of a layer while a selection hides it; null where the layer is empty, undefined where it is gone. */
  async measure(id: LayerId): Promise<Box | null | undefined> {
    const { result } = await this.session.run(MEASURE, { ...id, tag: this.tag() });
    return result?.box ?? (result && null) ?? undefined;
  }

  /** The pixels of a layer; null where it is empty, undefined where it is gone. */
  async export(
    id: LayerId,
    scale: number,
  ): Promise<({ png: Uint8Array<ArrayBuffer> } & PixelSize) | null | undefined> {
    const tag = this.tag();
    const { result } = await this.session.run(PREPARE_EXPORT, { ...id, scale, tag });
    if (result === null) return undefined;
    if (result.box === null) return null;
    const { width, height } = result;
    return { png: await this.save(tag, true, { width, height }), width, height };
  }

  /**
   * The selection over the box of a layer; null where nothing is selected, undefined where the layer is gone. The white
   * one has the box's own size, so that it ends where the selection ends, and the grey one the size that is asked for.
   */
  async selection(
    id: LayerId,
    box: Box,
    size: PixelSize,
  ): Promise<{ grey: Uint8Array<ArrayBuffer>; white: Uint8Array<ArrayBuffer> } | null | undefined> {
    const tag = this.tag();
    const { result } = await this.session.run(PREPARE_MASK, { ...id, box, tag, area: this.area });
    if (result === null) return undefined;
    if (!result.selected) return null;
    const whole = { width: box[2] - box[0], height: box[3] - box[1] };
    const white = await this.save(tag, false, whole);
    if (whole.width !== size.width || whole.height !== size.height)
      await this.session.run(SHRINK, { tag, ...size });
    return { white, grey: await this.save(tag, true, size) };
  }

  /** Puts a layer into the document in one step; null where Photopea did not do it. */
  async insert(insertion: Insertion): Promise<{ readonly ref: LayerRef; readonly name: string } | null> {
    const { document, layer, name, left, top, size } = insertion;
    const picture = await this.open(insertion.picture);
    const mask = insertion.mask && (await this.open(insertion.mask));
    const tag = this.tag();
    const where = { document, layer, left, top, ...size };
    const { result: ready } = await this.session.run(ASSEMBLE, { ...where, picture, mask, tag, name });
    if (!ready.assembled) return null;
    const { at } = ready;
    const { result } = await this.session.run(INSERT, { document, layer, tag, at });
    return result.layer;
  }

  /** Opens a file as a document of its own; returns its tag. */
  private async open(png: Uint8Array<ArrayBuffer>): Promise<string> {
    const size = sizeOfPng(png);
    if (size === null)
      throw new HostError('EDITOR_FAILED', 'The result cannot be read. Make the edit again.');
    const { documents } = (await this.session.run(SURROUNDINGS, {})).result;
    const tag = this.tag();
    await this.session.open(
      png.slice().buffer,
      async () => (await this.session.run(CLAIM, { documents, ...size, tag })).result,
    );
    return tag;
  }

  private async save(tag: string, backdrop: boolean, size: PixelSize): Promise<Uint8Array<ArrayBuffer>> {
    for (let i = 0; i < SAVES; i++) {
      const { files } = await this.session.run(SAVE, { tag, backdrop }, SLACK * size.width * size.height);
      if (files[0] === undefined) continue;
      const png = new Uint8Array(files[0]);
      const is = sizeOfPng(png);
      if (is?.width !== size.width || is.height !== size.height) throw new HostError('EDITOR_FAILED', LOST);
      return png;
    }
    throw new HostError('EDITOR_FAILED', LOST);
  }

  private tag(): string {
    return `${this.prefix}${++this.made}`;
  }
}
