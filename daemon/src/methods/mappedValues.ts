/** @file The learned value contexts: a mapping network evaluated for one picture, as often as there are prompts. */

import { PalimpsestError } from '@palimpsest/protocol';
import { Graph } from '../graph/graph.ts';
import { toOnnx } from '../graph/onnx.ts';
import { Session } from '../runtime/session.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { type MappingShape, parameterCount, splitParameters, valueContext } from './mappingNetwork.ts';

/** c~ = M_t(E(x)) for one picture and any parameters and prompts. */
export class MappedValues {
  private constructor(
    private readonly session: Session,
    private readonly imageTokens: Tensor,
  ) {}

  /**
   * @param imageTokens E(x) [1, image tokens, D].
   * @param prompt any prompt embedding [1, tokens, D] of the model, for its shape.
   * @throws {PalimpsestError} CONFIG_UNSUPPORTED when the two widths differ.
   */
  static async load(mapping: MappingShape, imageTokens: Tensor, prompt: Tensor): Promise<MappedValues> {
    const [imageWidth, promptWidth] = [imageTokens.shape[2], prompt.shape[2]];
    if (imageWidth !== promptWidth) {
      throw new PalimpsestError(
        'CONFIG_UNSUPPORTED',
        `The image encoder's width (hidden_size) is ${imageWidth}, but the UNet's contexts are ${promptWidth} wide. ` +
          'Give an image encoder of that width with --image-encoder: ViT-B/16 for SD 1.x, ViT-L/14 for SD 2.x.',
      );
    }
    const graph = new Graph();
    const parameters = splitParameters(graph.input('parameters', [parameterCount(mapping)]), mapping);
    const tokens = graph.input('imageTokens', imageTokens.shape);
    graph.output(
      'valueContext',
      valueContext(mapping, parameters, tokens, graph.input('prompt', prompt.shape)),
    );
    return new MappedValues(await Session.load(toOnnx(graph), null), imageTokens);
  }

  /** The value context [1, tokens, D] of a prompt embedding [1, tokens, D] under the parameters [P]. */
  async of(parameters: Tensor, prompt: Tensor): Promise<Tensor> {
    const results = await this.session.run({ parameters, prompt, imageTokens: this.imageTokens });
    return results.valueContext!;
  }

  dispose(): Promise<void> {
    return this.session.dispose();
  }
}
