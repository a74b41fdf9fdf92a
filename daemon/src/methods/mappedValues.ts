/** @file The learned contexts of an inversion, evaluated: once for each timestep and prompt. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import { Session } from '../execution/session.ts';
import { Graph } from '../graph/graph.ts';
import { toOnnx } from '../graph/onnx.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type ContextShape, learnedContext, parameterCount, splitParameters } from './learnedContext.ts';

/** c~ = M_t(E(x)) for one picture and any parameters and prompts; or the embedding that was learned in its place. */
export class MappedValues {
  private readonly session: Session;
  private readonly imageTokens: Tensor | null;

  private constructor(session: Session, imageTokens: Tensor | null) {
    this.session = session;
    this.imageTokens = imageTokens;
  }

  /**
   * @param imageTokens E(x) [1, image tokens, D]; null for a learned embedding.
   * @param prompt any prompt embedding [1, tokens, D] of the model, for its shape.
   * @throws {PalimpsestError} CONFIG_UNSUPPORTED when the two widths differ.
   */
  static async load(shape: ContextShape, imageTokens: Tensor | null, prompt: Tensor): Promise<MappedValues> {
    const [imageWidth, promptWidth] = [imageTokens?.shape[2], prompt.shape[2]];
    if (imageTokens !== null && imageWidth !== promptWidth) {
      throw new PalimpsestError(
        'CONFIG_UNSUPPORTED',
        sentence`The image encoder's width (hidden_size) is ${{ imageWidth: imageWidth ?? 0 }}, but the UNet's contexts are ${{ promptWidth: promptWidth ?? 0 }} wide. Give an image encoder of that width with --image-encoder: ViT-B/16 for SD 1.x, ViT-L/14 for SD 2.x.`,
      );
    }
    const graph = new Graph();
    const parameters = splitParameters(graph.input('parameters', [parameterCount(shape)]), shape);
    const tokens = imageTokens && graph.input('imageTokens', imageTokens.shape);
    graph.output(
      'valueContext',
      learnedContext(shape, parameters, tokens, graph.input('prompt', prompt.shape)),
    );
    return new MappedValues(await Session.load(toOnnx(graph), null), imageTokens);
  }

  /** The context [1, tokens, D] of a prompt embedding [1, tokens, D] under the parameters [P]. */
  async of(parameters: Tensor, prompt: Tensor): Promise<Tensor> {
    const tokens = this.imageTokens === null ? {} : { imageTokens: this.imageTokens };
    const results = await this.session.run({ parameters, prompt, ...tokens });
    return results.valueContext!;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}
