/** @file Operations on each element, with NumPy broadcasting. */

import { type FloatType, float, type Value } from '../graph.ts';
import { broadcastShape } from './broadcast.ts';

type Operand = Value | number;

/** A number takes the type of the value beside it. */
function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== 'number')
    return typeof b === 'number' ? [a, a.graph.constant([b], [], a.type)] : alike(a, b);
  if (typeof b !== 'number') return [b.graph.constant([a], [], b.type), b];
  throw new TypeError('one operand has to be a value of a graph');
}

/** Two values in one type: the larger one, but that a scalar takes the other's (as in PyTorch). */
function alike(a: Value, b: Value): [Value, Value] {
  if (a.type === b.type) return [a, b];
  const isScalar = (x: Value) => x.shape.length === 0;
  const other = isScalar(a) ? b : isScalar(b) ? a : null;
  const type: FloatType = other?.type === 'float16' ? 'float16' : 'float32';
  return [a.graph.cast(a, type), b.graph.cast(b, type)];
}

function binary(op: 'Add' | 'Sub' | 'Mul' | 'Div', a: Operand, b: Operand): Value {
  const [left, right] = operands(a, b);
  return left.graph.emit(op, [left, right], broadcastShape(left.shape, right.shape));
}

function unary(op: 'Neg' | 'Sqrt' | 'Exp' | 'Erf' | 'Sigmoid', x: Value): Value {
  return x.graph.emit(op, [x], x.shape);
}

export const add = (a: Operand, b: Operand): Value => binary('Add', a, b);
export const sub = (a: Operand, b: Operand): Value => binary('Sub', a, b);
export const mul = (a: Operand, b: Operand): Value => binary('Mul', a, b);
export const div = (a: Operand, b: Operand): Value => binary('Div', a, b);
export const neg = (x: Value): Value => unary('Neg', x);
export const sqrt = (x: Value): Value => unary('Sqrt', x);
export const exp = (x: Value): Value => unary('Exp', x);
export const erf = (x: Value): Value => unary('Erf', x);
export const sigmoid = (x: Value): Value => unary('Sigmoid', x);

/** x where x > 0, slope * x elsewhere. */
export const leakyRelu = (x: Value, slope: number): Value =>
  x.graph.emit('LeakyRelu', [x], x.shape, { alpha: float(slope) });

/** SiLU, also called swish: x * sigmoid(x). */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/** GELU in its exact form, with the error function. */
export const gelu = (x: Value): Value => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1));

/** The approximation of GELU that CLIP was trained with: x * sigmoid(1.702 x). */
export const quickGelu = (x: Value): Value => mul(x, sigmoid(mul(x, 1.702)));

/** Mask of the elements above a threshold. */
export const greater = (x: Value, threshold: number): Value =>
  x.graph.emit('Greater', [x, x.graph.constant([threshold], [], x.type)], x.shape, {}, 'bool');

/** a where the condition holds, b elsewhere. */
export const where = (condition: Value, a: Value, b: Value): Value =>
  a.graph.emit('Where', [condition, a, b], broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)));
