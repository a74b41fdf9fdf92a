/**
 * @file Writes a graph as an ONNX model.
 *
 * Field numbers are those of onnx.proto3 (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3). Weights become
 * external data that points into their .safetensors files, so the model itself stays below a megabyte.
 */

import { relative, sep } from 'node:path';
import { floatToHalf } from '../tensor/float16.ts';
import { DATA_TYPE, type ElementType } from './elementTypes.ts';
import {
  type Constant,
  type Graph,
  type Node,
  neededNodes,
  type Operator,
  type Value,
  type Weight,
} from './graph.ts';
import { Message } from './protobuf.ts';

const IR_VERSION = 8;
/** The newest opset that every execution provider we aim at accepts. */
const OPSET = 17;
const CONTRIB_OPSET = 1;
const CONTRIB_DOMAIN: NonNullable<Operator['domain']> = 'com.microsoft';

const EXTERNAL = 1;

/**
 * The ONNX model of a graph, reduced to what its outputs need.
 *
 * @param weightsFolder what the files of the weights are named relative to; left out by graphs that have none.
 */
export function toOnnx(graph: Graph, weightsFolder = ''): Uint8Array {
  const { nodes, needed } = neededNodes(graph);
  const weights = [...graph.weights.values()].filter(({ value }) => needed.has(value));
  const body = new Message().bytes(2, 'palimpsest');
  for (const node of nodes) body.bytes(1, nodeProto(node, needed));
  for (const constant of graph.constants.values()) {
    if (needed.has(constant.value)) body.bytes(5, constantProto(constant));
  }
  for (const weight of weights) body.bytes(5, weightProto(weight, weightsFolder));
  for (const value of graph.inputs) if (needed.has(value)) body.bytes(11, valueInfo(value.name, value));
  for (const [name, value] of graph.outputs) {
    // Identity gives the output its name, even where it is another output or an input as well.
    body.bytes(1, new Message().bytes(1, value.name).bytes(2, name).bytes(4, 'Identity'));
    body.bytes(12, valueInfo(name, value));
  }

  const model = new Message()
    .int(1, IR_VERSION)
    .bytes(2, 'palimpsest')
    .bytes(7, body)
    .bytes(8, new Message().bytes(1, '').int(2, OPSET))
    .bytes(8, new Message().bytes(1, CONTRIB_DOMAIN).int(2, CONTRIB_OPSET));
  return model.encode();
}

function nodeProto({ operator, inputs, outputs, attributes }: Node, needed: ReadonlySet<Value>): Message {
  const node = new Message();
  const lastGiven = inputs.findLastIndex((input) => input !== null);
  for (const input of inputs.slice(0, lastGiven + 1)) node.bytes(1, input?.name ?? '');
  const lastNeeded = outputs.findLastIndex((output) => needed.has(output));
  for (const output of outputs.slice(0, lastNeeded + 1)) node.bytes(2, needed.has(output) ? output.name : '');
  node.bytes(4, operator.name);
  for (const [name, form] of Object.entries(operator.attributes))
    node.bytes(5, form.write(new Message().bytes(1, name), attributes[name]!));
  if (operator.domain !== undefined) node.bytes(7, operator.domain);
  return node;
}

function constantProto({ value, data }: Constant): Message {
  return tensorProto(value).bytes(9, new Uint8Array(rawData(value.type, data).buffer));
}

function rawData(type: ElementType, data: readonly number[]) {
  if (type === 'int64') return BigInt64Array.from(data, BigInt);
  return type === 'float16' ? Uint16Array.from(data, floatToHalf) : Float32Array.from(data);
}

/** How the model names a file of weights. ONNX separates folders by slashes on every system. */
export const locationIn = (folder: string, file: string): string =>
  relative(folder, file).split(sep).join('/');

function weightProto({ value, stored }: Weight, folder: string): Message {
  const entry = (key: string, text: string) => new Message().bytes(1, key).bytes(2, text);
  return tensorProto(value)
    .bytes(13, entry('location', locationIn(folder, stored.file)))
    .bytes(13, entry('offset', String(stored.offset)))
    .bytes(13, entry('length', String(stored.length)))
    .int(14, EXTERNAL);
}

function tensorProto({ name, type, shape }: Value): Message {
  return new Message().ints(1, shape).int(2, DATA_TYPE[type]).bytes(8, name);
}

function valueInfo(name: string, { type, shape }: Value): Message {
  const dimensions = new Message();
  for (const size of shape) dimensions.bytes(1, new Message().int(1, size));
  const tensorType = new Message().int(1, DATA_TYPE[type]).bytes(2, dimensions);
  return new Message().bytes(1, name).bytes(2, new Message().bytes(1, tensorType));
}
