/**
 * @file The computation graph: values with a shape and a type, made by nodes.
 *
 * Nodes are kept in the order in which they were added, which is a topological order, since a node can only
 * take values that exist already.
 */

import type { StoredTensor } from '../tensor/storedTensor.ts';
import { elementCount } from '../tensor/tensor.ts';
import { type Attribute, type AttributeForms, elementType } from './attributes.ts';
import { type Economy, LAVISH } from './economy.ts';
import type { ElementType, FloatType, Shape, Typed } from './elementTypes.ts';

/** The parts of an operator whose types differ from one operator to the next. */
export interface Signature {
  /** What a node takes, in ONNX's order; `null` for an optional input that is left out. */
  readonly inputs: readonly (Value | null)[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** What the builder takes. */
  readonly build: readonly unknown[];
  readonly outputs: readonly [Value, ...Value[]];
}

/** A signature of one output, and of no attributes where none are named. */
export interface Taking<
  Inputs extends Signature['inputs'],
  Build extends Signature['build'],
  Attributes extends Signature['attributes'] = Record<never, never>,
> {
  readonly inputs: Inputs;
  readonly build: Build;
  readonly attributes: Attributes;
  readonly outputs: readonly [Value];
}

/**
 * The gradient of one input: a way to emit it (called only when it is wanted), or why there is none.
 *
 * `constant` inputs (shapes, indices, masks) have no gradient. `frozen` ones have one that nobody needs, since the
 * networks' weights are never trained; asking for it is an error when the graph is built.
 */
export type InputGradient = (() => Value) | 'constant' | 'frozen';

/** One of these for each element of a tuple. */
type Each<Tuple extends readonly unknown[], T> = { readonly [Index in keyof Tuple]: T };

/**
 * All that is known of one of ONNX's operators (opset 17, and com.microsoft). Each part has to be there. They are written
 * as methods so that an operator of any signature is one of `Signature`.
 */
export interface Operator<S extends Signature = Signature> {
  /** ONNX's own name. */
  readonly name: string;
  /** Whose operator it is; ONNX's where it is left out. */
  readonly domain?: 'com.microsoft';
  readonly attributes: AttributeForms<S['attributes']>;
  /** Adds a node, and what it needs beside its operands, and gives its first output. */
  build(...operands: S['build']): Value;
  /** Types and shapes of a node's outputs. @throws {Error} when the inputs do not fit each other. */
  outputs(inputs: S['inputs'], attributes: S['attributes']): Each<S['outputs'], Typed>;
  /**
   * How the gradient of a node's first output becomes gradients of its inputs, one for each.
   *
   * @throws {Error} where no gradient is known (`noGradient`).
   */
  backward(node: Node<S>, gradient: Value): Each<S['inputs'], InputGradient>;
  /**
   * Where the runtime puts the result: into memory of its own; over an input of the same size that nobody reads any more,
   * if there is one; or nowhere, since it is the first input in another shape.
   */
  readonly result: 'its own' | 'over an input' | 'the input itself';
  /** The scratch memory that it needs while it runs, in bytes. */
  scratchBytes(node: Node<S>): number;
}

/** Most operators compute from their inputs straight into their outputs. */
export const noScratch = (): number => 0;

/** The backward rule of an operator that no differentiated graph may contain, with the reason why none does. */
export function noGradient(reason: string): (node: Node) => never {
  return ({ operator }) => {
    throw new Error(`${operator.name} has no backward rule: ${reason}`);
  };
}

/** One operation: its inputs, attributes and outputs. */
export interface Node<S extends Signature = Signature> {
  readonly operator: Operator<S>;
  readonly inputs: S['inputs'];
  readonly attributes: S['attributes'];
  readonly outputs: S['outputs'];
}

/** Whether a node is one of that operator. */
export const isOf = <S extends Signature>(node: Node, operator: Operator<S>): node is Node<S> =>
  node.operator === operator;

/** A tensor that the graph computes or is given. Its shape and type are known when the graph is built. */
export class Value {
  readonly graph: Graph;
  readonly name: string;
  readonly type: ElementType;
  readonly shape: Shape;

  constructor(graph: Graph, name: string, type: ElementType, shape: Shape) {
    this.graph = graph;
    this.name = name;
    this.type = type;
    this.shape = shape;
  }

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
  private readonly numbers = new Map<Value, readonly number[]>();
  private nextId = 0;

  readonly economy: Economy;
  /** What its network computes in: that of its weights. Inputs and outputs are float32. */
  readonly precision: FloatType;

  constructor(economy: Economy = LAVISH, precision: FloatType = 'float32') {
    this.economy = economy;
    this.precision = precision;
  }

  /** Ends a block: what was emitted since the last end can be recomputed from what it reads from outside. */
  endBlock(): void {
    this.blockEnds.push(this.nodes.length);
  }

  /** An input that each run is given. */
  input(name: string, shape: Shape, type: ElementType = 'float32'): Value {
    const value = new Value(this, name, type, shape);
    this.inputs.push(value);
    return value;
  }

  /** Makes a value a result of each run, under this name and as float32. */
  output(name: string, value: Value): void {
    if (this.outputs.has(name)) throw new Error(`the graph has two outputs named ${name}`);
    this.outputs.set(name, value.type === 'float16' ? this.cast(value, 'float32') : value);
  }

  /** A value cast to a type; the value itself where it has that type already. */
  cast(value: Value, type: FloatType): Value {
    return Cast.build(value, type);
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
    this.numbers.set(value, data);
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

  /** The numbers of a constant. @throws {Error} for any other value. */
  numbersOf(value: Value): readonly number[] {
    const numbers = this.numbers.get(value);
    if (numbers === undefined) throw new Error(`${value.name} is not a constant`);
    return numbers;
  }

  /** Adds a node, and gives its first output: for builders of operators. */
  emit<S extends Signature>(operator: Operator<S>, inputs: S['inputs'], attributes: S['attributes']): Value {
    return this.add(operator, inputs, attributes).outputs[0];
  }

  /** Adds a node. @throws {Error} when the inputs do not fit each other. */
  add<S extends Signature>(operator: Operator<S>, inputs: S['inputs'], attributes: S['attributes']): Node<S> {
    const { name } = operator;
    const typed: readonly Typed[] = operator.outputs(inputs, attributes);
    const outputs = typed.map(({ type, shape }) => new Value(this, `${name}${this.nextId++}`, type, shape));
    const node: Node<S> = { operator, inputs, attributes, outputs: outputs as unknown as S['outputs'] };
    this.nodes.push(node);
    return node;
  }
}

/**
 * The one operator that the graph itself needs, to bring weights into its precision and results into float32; the others
 * are in `ops/`. Weights only ever meet this one and Gather, whose table is frozen.
 */
export const Cast: Operator<Taking<[x: Value], [x: Value, to: FloatType], { to: FloatType }>> = {
  name: 'Cast',
  attributes: { to: elementType },
  build: (x, to) => (x.type === to ? x : x.graph.emit(Cast, [x], { to })),
  outputs: ([{ shape }], { to }) => [{ type: to, shape }],
  backward: ({ inputs: [x] }, g) => [() => Cast.build(g, x.type as FloatType)],
  result: 'its own',
  scratchBytes: noScratch,
};

/** The nodes that the outputs depend on, and every value that one of them reads. */
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
