/**
 * @file The computation graph: values with a shape and a type, made by nodes.
 *
 * Nodes are kept in the order in which they were added, which is a topological order, since a node can only
 * take values that exist already.
 */

import type { StoredTensor } from '../tensor/storedTensor.ts';
import { elementCount } from '../tensor/tensor.ts';
import { type Economy, LAVISH } from './economy.ts';

/** Types of numbers with a fraction. float16 is how checkpoints may be stored, and what networks may compute in. */
export type FloatType = 'float32' | 'float16';

/** Types that graphs compute with. */
export type ElementType = FloatType | 'int64' | 'bool';

const BYTES: Record<ElementType, number> = { float32: 4, float16: 2, int64: 8, bool: 1 };

export const bytesPerElement = (type: ElementType): number => BYTES[type];

export type Shape = readonly number[];

/** Every operator that the builder can emit: ONNX's own names (opset 17, and MultiHeadAttention of com.microsoft). */
export type OpName =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Neg'
  | 'Sqrt'
  | 'Exp'
  | 'Erf'
  | 'Sigmoid'
  | 'LeakyRelu'
  | 'Greater'
  | 'Where'
  | 'MatMul'
  | 'Gemm'
  | 'Conv'
  | 'ConvTranspose'
  | 'AveragePool'
  | 'Resize'
  | 'Reshape'
  | 'Transpose'
  | 'Concat'
  | 'Slice'
  | 'Pad'
  | 'Expand'
  | 'Gather'
  | 'Cast'
  | 'ReduceSum'
  | 'ReduceMean'
  | 'Softmax'
  | 'LayerNormalization'
  | 'MultiHeadAttention';

/** An ONNX attribute; ints and floats differ on the wire, so the kind is explicit. */
export type Attribute =
  | { readonly kind: 'int'; readonly value: number }
  | { readonly kind: 'ints'; readonly value: readonly number[] }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string };

export type Attributes = Readonly<Record<string, Attribute>>;

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
export const text = (value: string): Attribute => ({ kind: 'string', value });

/** One operation: its inputs (`null` for an optional input that is left out), attributes and outputs. */
export interface Node {
  readonly op: OpName;
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Attributes;
  readonly outputs: readonly Value[];
}

/** A tensor that the graph computes or is given. Its shape and type are known when the graph is built. */
export class Value {
  constructor(
    readonly graph: Graph,
    readonly name: string,
    readonly type: ElementType,
    readonly shape: Shape,
  ) {}

  /** The size of one axis; negative axes count from the end. */
  size(axis: number): number {
    const size = this.shape.at(axis);
    if (size === undefined)
      throw new RangeError(`${this.name} has no axis ${axis}: its shape is [${this.shape}]`);
    return size;
  }
}

/** A constant kept inside the model: small numbers, shapes and indices. */
export interface Constant {
  readonly value: Value;
  readonly data: readonly number[];
}

/** A weight kept in its .safetensors file, which the model only points into. */
export interface Weight {
  readonly value: Value;
  readonly stored: StoredTensor;
  /** The weight itself, or its cast where it is stored in another type than the graph's. */
  readonly cast: Value;
}

/** TensorProto.DataType */
export const DATA_TYPE: Readonly<Record<ElementType, number>> = {
  float32: 1,
  int64: 7,
  bool: 9,
  float16: 10,
};

/** Where a network's weights come from, by their published names. */
export interface WeightSource {
  has(name: string): boolean;
  /** The tensor of that name; throws a typed error when it is missing or has another shape. */
  get(name: string, shape: Shape): StoredTensor;
}

/** A graph under construction. */
export class Graph {
  readonly nodes: Node[] = [];
  readonly inputs: Value[] = [];
  readonly outputs = new Map<string, Value>();
  readonly constants = new Map<string, Constant>();
  readonly weights = new Map<string, Weight>();
  /** How many nodes there were at the end of each block. */
  readonly blockEnds: number[] = [];
  private nextId = 0;

  constructor(
    readonly economy: Economy = LAVISH,
    /** What its network computes in: that of its weights. Inputs and outputs are float32. */
    readonly precision: FloatType = 'float32',
  ) {}

  /** Ends a block: what was emitted since the last end can be computed once more from what it took from outside. */
  endBlock(): void {
    this.blockEnds.push(this.nodes.length);
  }

  /** An input that each run is given. */
  input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
    const value = new Value(this, name, type, shape);
    this.inputs.push(value);
    return value;
  }

  /** Names a value as a result of each run, as float32. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`the graph has two outputs named ${name}`);
    this.outputs.set(name, value.type === 'float16' ? this.cast(value, 'float32') : value);
  }

  /** A value in another type; itself where it has that type. */
  cast(value: Value, type: FloatType): Value {
    return value.type === type
      ? value
      : this.emit('Cast', [value], value.shape, { to: int(DATA_TYPE[type]) }, type);
  }

  /** A constant tensor; equal constants are shared. */
  constant(data: readonly number[], shape: Shape = [], type: ElementType = 'float32'): Value {
    if (data.length !== elementCount(shape))
      throw new RangeError(`${data.length} numbers for shape [${shape}]`);
    const key = `${type}[${shape}]${data}`;
    const known = this.constants.get(key);
    if (known) return known.value;
    const value = new Value(this, `constant${this.constants.size}`, type, shape);
    this.constants.set(key, { value, data });
    return value;
  }

  /**
   * A weight by its published name, in the graph's precision. Weights that are stored in another are cast by the graph.
   *
   * @param view another shape of as many elements to see it in, such as [O, C] for a 1 x 1 convolution [O, C, 1, 1].
   * @throws {PalimpsestError} WEIGHT_MISSING or WEIGHT_INVALID, from the source.
   */
  weight(source: WeightSource, name: string, shape: Shape, view: Shape = shape): Value {
    const known = this.weights.get(name);
    if (known) return known.cast;
    const stored = source.get(name, shape);
    const value = new Value(this, name, stored.dtype === 'F16' ? 'float16' : 'float32', view);
    const cast = this.cast(value, this.precision);
    this.weights.set(name, { value, stored, cast });
    return cast;
  }

  /** Adds a node with one output, in the type of its inputs unless another is given. */
  emit(
    op: OpName,
    inputs: readonly (Value | null)[],
    shape: Shape,
    attributes: Attributes = {},
    type: ElementType = computedType(op, inputs),
  ): Value {
    const [value] = this.emitMany(op, inputs, [shape], attributes, type);
    return value as Value;
  }

  /** Adds a node with several outputs of one type. */
  emitMany(
    op: OpName,
    inputs: readonly (Value | null)[],
    shapes: readonly Shape[],
    attributes: Attributes = {},
    type: ElementType = computedType(op, inputs),
  ): Value[] {
    const outputs = shapes.map((shape) => new Value(this, `${op}${this.nextId++}`, type, shape));
    this.nodes.push({ op, inputs, attributes, outputs });
    return outputs;
  }
}

/** The type that an operator computes in: that of all its inputs with fractions. */
function computedType(op: OpName, inputs: readonly (Value | null)[]): FloatType {
  const types = inputs.flatMap((input) => (input === null ? [] : [input.type])).filter(isFloat);
  const [type = 'float32'] = types;
  // The scales of a Resize are float32, whatever it resizes.
  if (op !== 'Resize' && types.some((other) => other !== type)) throw new Error(`${op} of two types`);
  return type;
}

const isFloat = (type: ElementType): type is FloatType => type === 'float32' || type === 'float16';

/** The nodes that the outputs depend on, and every value among them that somebody reads. */
export function neededNodes(graph: Graph): { nodes: Node[]; needed: ReadonlySet<Value> } {
  const needed = new Set(graph.outputs.values());
  const nodes: Node[] = [];
  for (const node of [...graph.nodes].reverse()) {
    if (!node.outputs.some((output) => needed.has(output))) continue;
    nodes.push(node);
    for (const input of node.inputs) if (input !== null) needed.add(input);
  }
  return { nodes: nodes.reverse(), needed };
}
