/** @file What a schema wants at a place where something else was given: in a sentence, with its facts. */

import * as z from 'zod/mini';
import { oneOf, type Sentence, sentence, telling, verbatim } from './sentence.ts';

/** What we read of a place of a JSON Schema. */
type FaultPlace = Pick<
  z.core.JSONSchema.BaseSchema,
  'type' | 'enum' | 'minimum' | 'maximum' | 'maxLength' | 'minItems' | 'maxItems' | 'pattern' | 'description'
>;

/**
 * @param issue what does not fit.
 * @param given what was looked at, to tell what is missing from what is wrong.
 * @returns what to do, without the name of the place and without a full stop: `give a number from 0 to 1`.
 */
export function wantedBy(schema: z.core.$ZodType, issue: z.core.$ZodIssue, given?: unknown): Sentence {
  // What no schema can say comes with its own sentence.
  if (issue.code === 'custom')
    return (issue.params?.sentence as Sentence | undefined) ?? verbatim(issue.message);
  if (issue.code === 'unrecognized_keys') {
    return sentence`there is no ${{ unknown: String(issue.keys[0]).slice(0, 64) }} here: check how it is spelt, or leave it out`;
  }
  const wanted = inWords(placeAt(schema, issue.path));
  return given !== undefined && valueAt(given, issue.path) === undefined
    ? telling(sentence`it is missing: ${{ wanted }}`, { isMissing: true })
    : wanted;
}

const written = new WeakMap<z.core.$ZodType, z.core.JSONSchema.BaseSchema>();

function placeAt(schema: z.core.$ZodType, path: readonly PropertyKey[]): FaultPlace {
  const whole = written.get(schema) ?? z.toJSONSchema(schema, { io: 'input' });
  written.set(schema, whole);
  let place: z.core.JSONSchema.BaseSchema | undefined = whole;
  for (const key of path) {
    const next: unknown = typeof key === 'number' ? place?.items : place?.properties?.[String(key)];
    place = typeof next === 'object' ? (next as z.core.JSONSchema.BaseSchema) : undefined;
  }
  return place ?? {};
}

const valueAt = (given: unknown, path: readonly PropertyKey[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], given);

function inWords(place: FaultPlace): Sentence {
  const { type, enum: choices } = place;
  if (choices !== undefined) return sentence`give one of ${{ choices: oneOf(choices.map(String)) }}`;
  if (type === undefined) return verbatim('give what the schema says');
  return telling(ofType(type, place), { type });
}

function ofType(type: NonNullable<FaultPlace['type']>, place: FaultPlace): Sentence {
  const { minimum, maximum, minItems, maxItems, pattern, maxLength, description = '' } = place;
  if (type === 'integer') return sentence`give a whole number${{ range: rangeIn(minimum, maximum) }}`;
  if (type === 'number') return sentence`give a number${{ range: rangeIn(minimum, maximum) }}`;
  if (type === 'array') return sentence`give a list${{ range: countIn(minItems, maxItems) }}`;
  if (type === 'boolean') return verbatim('give true or false');
  if (type === 'object') return verbatim('give an object');
  const length = maxLength === undefined ? '' : sentence` of at most ${{ longest: maxLength }} characters`;
  const form = description === '' ? '' : sentence`: ${{ form: verbatim(description) }}`;
  return telling(sentence`give a text${{ length }}${{ form }}`, pattern === undefined ? {} : { pattern });
}

/** A part of a sentence; empty where there are no bounds that need to be said. */
function rangeIn(least: number | undefined, most: number | undefined): Sentence | '' {
  const isBounded = most !== undefined && most < Number.MAX_SAFE_INTEGER;
  const hasStart = least !== undefined && least > Number.MIN_SAFE_INTEGER;
  if (hasStart && isBounded) return sentence` from ${{ least }} to ${{ most }}`;
  if (hasStart) return sentence` from ${{ least }}`;
  return isBounded ? sentence` to ${{ most }}` : '';
}

function countIn(fewest: number | undefined, most: number | undefined): Sentence | '' {
  if (fewest !== undefined && most !== undefined) return sentence` of ${{ fewest }} to ${{ most }}`;
  if (fewest !== undefined) return sentence` of ${{ fewest }} or more`;
  return most === undefined ? '' : sentence` of at most ${{ most }}`;
}
