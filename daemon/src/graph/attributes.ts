/** @file Attributes of operators: plain values for whoever reads them, and how ONNX writes them. */

import { DATA_TYPE, type ElementType } from './elementTypes.ts';
import type { Message } from './protobuf.ts';

export type Attribute = number | boolean | string | readonly number[];

/** How an attribute of that type is written into its AttributeProto. */
export interface AttributeForm<T extends Attribute> {
  write(proto: Message, value: T): Message;
}

/** A form for each attribute of an operator, in the order in which they are written. */
export type AttributeForms<A> = {
  readonly [Name in keyof A]: AttributeForm<A[Name] extends Attribute ? A[Name] : never>;
};

/** AttributeProto.AttributeType, in the message's field 20. */
const [FLOAT, INT, STRING, INTS] = [1, 2, 3, 7] as const;
const TYPE = 20;

export const float: AttributeForm<number> = {
  write: (proto, value) => proto.float(2, value).int(TYPE, FLOAT),
};

export const int: AttributeForm<number> = {
  write: (proto, value) => proto.int(3, value).int(TYPE, INT),
};

export const ints: AttributeForm<readonly number[]> = {
  write: (proto, value) => proto.ints(8, value).int(TYPE, INTS),
};

export const text: AttributeForm<string> = {
  write: (proto, value) => proto.bytes(4, value).int(TYPE, STRING),
};

/** ONNX has no booleans among attributes: 0 or 1. */
export const flag: AttributeForm<boolean> = {
  write: (proto, value) => int.write(proto, value ? 1 : 0),
};

/** A type by its number in ONNX. */
export const elementType: AttributeForm<ElementType> = {
  write: (proto, value) => int.write(proto, DATA_TYPE[value]),
};
