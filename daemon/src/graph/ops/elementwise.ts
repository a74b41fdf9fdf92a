/** @file Operations on each element, with NumPy broadcasting. */

import { float } from '../attributes.ts';
import { commonType, type FloatType } from '../elementTypes.ts';
import { noScratch, type Operator, type Taking, type Value } from '../graph.ts';
import { broadcastShape, sumTo } from './broadcast.ts';

type Operand = Value | number;

/** A number takes the type of the value beside it. */
function operands(a: Operand, b: Operand): [Value, Value] {
  if (typeof a !== 'number')
    return typeof b === 'number' ? [a, a.graph.constant([b], [], a.type)] : alike(a, b);
  if (typeof b !== 'number') return [b.graph.constant([a], [], b.type), b];
  throw new TypeError('one operand has to be a value of a graph');
}

/** Two values in one type: the wider one, except that a scalar takes the other's (as in PyTorch). */
function alike(a: Value, b: Value): [Value, Value] {
  if (a.type === b.type) return [a, b];
  const isScalar = (x: Value) => x.shape.length === 0;
  const other = isScalar(a) ? b : isScalar(b) ? a : null;
  const type: FloatType = other?.type === 'float16' ? 'float16' : 'float32';
  return [a.graph.cast(a, type), b.graph.cast(b, type)];
}

type Binary = Operator<Taking<[a: Value, b: Value], [a: Operand, b: Operand]>>;
type Unary = Operator<Taking<[x: Value], [x: Value]>>;

/** What all operators of two operands share. */
const binary = {
  attributes: {},
  outputs: ([a, b]) => [{ type: commonType(a, b), shape: broadcastShape(a.shape, b.shape) }],
  result: 'over an input',
  scratchBytes: noScratch,
} as const satisfies Partial<Binary>;

/** What all operators of one operand share. */
const unary = {
  attributes: {},
  outputs: ([x]) => [x],
  result: 'over an input',
  scratchBytes: noScratch,
} as const satisfies Partial<Unary>;

function emitBinary(operator: Binary, a: Operand, b: Operand): Value {
  const [left, right] = operands(a, b);
  return left.graph.emit(operator, [left, right], {});
}

const emitUnary = (operator: Unary, x: Value): Value => x.graph.emit(operator, [x], {});

export const Add: Binary = {
  ...binary,
  name: 'Add',
  build: (a, b) => emitBinary(Add, a, b),
  backward: ({ inputs: [a, b] }, g) => [() => sumTo(g, a.shape), () => sumTo(g, b.shape)],
};

export const Sub: Binary = {
  ...binary,
  name: 'Sub',
  build: (a, b) => emitBinary(Sub, a, b),
  backward: ({ inputs: [a, b] }, g) => [() => sumTo(g, a.shape), () => sumTo(neg(g), b.shape)],
};

export const Mul: Binary = {
  ...binary,
  name: 'Mul',
  build: (a, b) => emitBinary(Mul, a, b),
  backward: ({ inputs: [a, b] }, g) => [() => sumTo(mul(g, b), a.shape), () => sumTo(mul(g, a), b.shape)],
};

export const Div: Binary = {
  ...binary,
  name: 'Div',
  build: (a, b) => emitBinary(Div, a, b),
  backward: ({ inputs: [a, b], outputs: [y] }, g) => [
    () => sumTo(div(g, b), a.shape),
    () => sumTo(neg(div(mul(g, y), b)), b.shape),
  ],
};

export const Neg: Unary = {
  ...unary,
  name: 'Neg',
  build: (x) => emitUnary(Neg, x),
  backward: (_, g) => [() => neg(g)],
};

export const Sqrt: Unary = {
  ...unary,
  name: 'Sqrt',
  build: (x) => emitUnary(Sqrt, x),
  backward: ({ outputs: [y] }, g) => [() => div(mul(g, 0.5), y)],
};

export const Exp: Unary = {
  ...unary,
  name: 'Exp',
  build: (x) => emitUnary(Exp, x),
  backward: ({ outputs: [y] }, g) => [() => mul(g, y)],
};

export const Erf: Unary = {
  ...unary,
  name: 'Erf',
  build: (x) => emitUnary(Erf, x),
  backward: ({ inputs: [x] }, g) => [() => mul(g, mul(exp(neg(mul(x, x))), 2 / Math.sqrt(Math.PI)))],
};

export const Sigmoid: Unary = {
  ...unary,
  name: 'Sigmoid',
  build: (x) => emitUnary(Sigmoid, x),
  backward: ({ outputs: [y] }, g) => [() => mul(g, mul(y, sub(1, y)))],
};

export const add = Add.build;
export const sub = Sub.build;
export const mul = Mul.build;
export const div = Div.build;
export const neg = Neg.build;
export const sqrt = Sqrt.build;
export const exp = Exp.build;
export const erf = Erf.build;
export const sigmoid = Sigmoid.build;

export const LeakyRelu: Operator<Taking<[x: Value], [x: Value, slope: number], { alpha: number }>> = {
  name: 'LeakyRelu',
  attributes: { alpha: float },
  build: (x, slope) => x.graph.emit(LeakyRelu, [x], { alpha: slope }),
  outputs: ([x]) => [x],
  backward: ({ inputs: [x], attributes: { alpha } }, g) => [() => where(greater(x, 0), g, mul(g, alpha))],
  result: 'over an input',
  scratchBytes: noScratch,
};

/** x where x > 0, slope * x elsewhere. */
export const leakyRelu = LeakyRelu.build;

/** SiLU, also called swish: x * sigmoid(x). */
export const silu = (x: Value): Value => mul(x, sigmoid(x));

/** GELU in its exact form, with the error function. */
export const gelu = (x: Value): Value => mul(mul(x, 0.5), add(erf(div(x, Math.SQRT2)), 1));

/** The approximation of GELU that CLIP was trained with: x * sigmoid(1.702 x). */
export const quickGelu = (x: Value): Value => mul(x, sigmoid(mul(x, 1.702)));

export const Greater: Operator<Taking<[x: Value, threshold: Value], [x: Value, threshold: number]>> = {
  name: 'Greater',
  attributes: {},
  build: (x, threshold) => x.graph.emit(Greater, [x, x.graph.constant([threshold], [], x.type)], {}),
  outputs: ([{ shape }]) => [{ type: 'bool', shape }],
  // A mask is a step function: where it has a gradient, that is zero.
  backward: () => ['constant', 'constant'],
  result: 'its own',
  scratchBytes: noScratch,
};

/** Mask of the elements above a threshold. */
export const greater = Greater.build;

export const Where: Operator<
  Taking<[condition: Value, a: Value, b: Value], [condition: Value, a: Value, b: Value]>
> = {
  name: 'Where',
  attributes: {},
  build: (condition, a, b) => a.graph.emit(Where, [condition, a, b], {}),
  outputs: ([condition, a, b]) => [
    { type: commonType(a, b), shape: broadcastShape(condition.shape, broadcastShape(a.shape, b.shape)) },
  ],
  backward: ({ inputs: [condition, a, b] }, g) => {
    const nought = () => g.graph.constant([0], [], g.type);
    return [
      'constant',
      () => sumTo(where(condition, g, nought()), a.shape),
      () => sumTo(where(condition, nought(), g), b.shape),
    ];
  },
  result: 'its own',
  scratchBytes: noScratch,
};

/** a where the condition holds, b elsewhere. */
export const where = Where.build;
