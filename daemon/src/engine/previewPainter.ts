/** @file Small pictures of work in progress: at most a few a second, and only while someone watches. */

import type { StableDiffusion } from '../execution/stableDiffusion.ts';
import { encodePng } from '../imaging/picture.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { LatentColours } from './latentColours.ts';

/** Between two previews, in ms. */
const INTERVAL = 250;

/** Fitted once for each model, on the first wish; a fit that fails is tried again by the next job. */
const fitted = new WeakMap<StableDiffusion, Promise<LatentColours>>();

export class PreviewPainter {
  private lastAt = 0;
  private colours: LatentColours | null = null;
  private pending: Promise<unknown> = Promise.resolve();
  private failed = false;

  private readonly model: StableDiffusion;
  private readonly visible: { readonly width: number; readonly height: number };

  /** @param visible rows and columns of the latent that are not padding. */
  constructor(model: StableDiffusion, visible: { readonly width: number; readonly height: number }) {
    this.model = model;
    this.visible = visible;
  }

  /** Hands a PNG to `show` a moment later; nothing when the last one was just now, or the colours are not known yet. */
  paint(latent: () => Tensor, show: (png: Uint8Array) => void): void {
    const now = Date.now();
    if (this.failed || now - this.lastAt < INTERVAL) return;
    if (this.colours === null) {
      this.learn();
      return;
    }
    this.lastAt = now;
    const picture = this.colours.paint(latent(), this.visible);
    this.pending = encodePng(picture).then(show, () => undefined);
  }

  /** When nothing of this painter is under way any more. */
  async idle(): Promise<void> {
    await this.pending;
  }

  private learn(): void {
    let colours = fitted.get(this.model);
    if (colours === undefined) {
      colours = LatentColours.fit(this.model);
      fitted.set(this.model, colours);
    }
    this.pending = colours.then(
      (found) => {
        this.colours = found;
      },
      // A job does not fail for want of a preview.
      (error: unknown) => {
        this.failed = true;
        fitted.delete(this.model);
        process.stderr.write(`There are no previews of this job: ${error}\n`);
      },
    );
  }
}
