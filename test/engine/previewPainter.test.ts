/** Previews fail for themselves: never the job, and not for the next one. */

import { describe, expect, it, vi } from 'vitest';
import { PreviewPainter } from '../../daemon/src/engine/previewPainter.ts';
import type { StableDiffusion } from '../../daemon/src/execution/stableDiffusion.ts';
import { tensor } from '../../daemon/src/tensor/tensor.ts';

const latent = () => tensor([1, 4, 2, 2]);
const visible = { width: 2, height: 2 };

/** A VAE that works from the second time on. */
function failingOnce() {
  const encodePicture = vi
    .fn()
    .mockRejectedValueOnce(new Error('no memory'))
    .mockImplementation(async () => tensor([1, 4, 16, 16], new Float32Array(1024).map(Math.sin)));
  return { model: { encodePicture, pixelsPerLatent: 8 } as unknown as StableDiffusion, encodePicture };
}

/** A job that reports so often, with a moment in between. */
async function job(model: StableDiffusion, reports = 3): Promise<number> {
  const painter = new PreviewPainter(model, visible);
  let shown = 0;
  for (let i = 0; i < reports; i++) {
    painter.paint(latent, () => shown++);
    await painter.idle();
  }
  return shown;
}

describe('a preview that cannot be painted', () => {
  it('is reported once and left out; the next job tries again', async () => {
    const { model, encodePicture } = failingOnce();
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    expect(await job(model)).toBe(0);
    expect(encodePicture).toHaveBeenCalledTimes(1);
    expect(written.mock.calls.flat().join('')).toMatch(/no previews of this job: Error: no memory/);
    written.mockRestore();
    expect(await job(model)).toBe(1);
    expect(encodePicture).toHaveBeenCalledTimes(2);
  });
});
