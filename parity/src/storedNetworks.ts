/** @file The mapping networks that a golden optimisation stored, as the engine's flat parameters. */

import {
  type MappingShape,
  mappingParameters,
  parameterCount,
} from '../../daemon/src/networks/mappingNetwork.ts';
import { type Tensor, tensor } from '../../daemon/src/tensor/tensor.ts';
import type { GoldenTensors } from './goldenFolder.ts';

/** Stored by PyTorch's batch norm, which never leaves training mode here and so never reads them. */
export const RUNNING_STATISTICS = /\.(running_mean|running_var|num_batches_tracked)$/;

/** Networks by prefix: `init/0`, `final/3`. */
export class StoredNetworks {
  readonly shape: MappingShape;

  private readonly tensors: GoldenTensors;

  /** @throws {Error} when the file holds no network. */
  constructor(tensors: GoldenTensors, promptTokens: number) {
    this.tensors = tensors;

    const start = tensors.names.find((name) => name.endsWith('/conv_start.weight'));
    if (start === undefined) throw new Error('the file holds no mapping network');
    const [channels = 0, imageTokens = 0] = tensors.shape(start);
    this.shape = { kind: channels === promptTokens ? 'direct' : 'scaleShift', imageTokens, promptTokens };
  }

  /** Whether all parameters below a prefix are there. */
  has(prefix: string): boolean {
    return this.names(prefix).every((name) => this.tensors.has(name));
  }

  /** The parameters below a prefix (or gradients, which have the same names) as one vector [P]. */
  flat(prefix: string): Tensor {
    const flat = tensor([parameterCount(this.shape)]);
    let offset = 0;
    for (const name of this.names(prefix)) {
      const { data } = this.tensors.read(name);
      flat.data.set(data, offset);
      offset += data.length;
    }
    return flat;
  }

  /** A vector [P] cut into parameters, by name without prefix. */
  split(flat: Tensor): Map<string, Tensor> {
    let offset = 0;
    return new Map(
      mappingParameters(this.shape).map(({ name, shape }) => {
        const size = shape.reduce((product, side) => product * side, 1);
        offset += size;
        return [name, tensor(shape, flat.data.subarray(offset - size, offset))];
      }),
    );
  }

  private names(prefix: string): string[] {
    return mappingParameters(this.shape).map(({ name }) => `${prefix}/${name}`);
  }
}
