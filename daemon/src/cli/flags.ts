/** @file The command line's flags, made from the schemas of the protocol. */

import { PalimpsestError, sentence } from '@palimpsest/protocol';
import { wantedBy } from '@palimpsest/protocol/wanted';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import { flagNamed, kebab } from '../settings/spelling.ts';

/** What we read of a property's JSON Schema. */
const Property = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  default: z.unknown().optional(),
  description: z.string().default(''),
});
type Property = z.infer<typeof Property>;

/** How one property that is not a plain number, text or choice is written on the command line. */
export interface FlagForm {
  /** Such as `--weight <word=factor>`. */
  readonly flags: string;
  /** Parses one occurrence; `previous` is what earlier ones gave. */
  readonly parse: (text: string, previous: unknown) => unknown;
}

/** By the property's name. */
export type FlagForms = Readonly<Record<string, FlagForm>>;

/** Adds a flag for each property of the schema. */
export function addFlags(command: Command, schema: z.core.$ZodObject, forms: FlagForms = {}): Command {
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    for (const option of flagsOf(name, property, forms[name])) command.addOption(option);
  }
  return command;
}

/**
 * The schema's values among the parsed flags, checked, with the defaults filled in.
 *
 * @throws {PalimpsestError} OPTION_INVALID, naming the flag.
 */
export function readFlags<T extends z.core.$ZodObject>(
  command: Command,
  schema: T,
  forms: FlagForms = {},
): z.output<T> {
  const given = command.opts();
  const names = Object.keys(schema._zod.def.shape);
  const values = names
    .map((name) => [name, given[attributeOf(name, forms[name])]])
    .filter(([, value]) => value !== undefined);
  const parsed = z.safeParse(schema, Object.fromEntries(values));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = String(issue!.path[0]);
  const attribute = attributeOf(name, forms[name]);
  const flag = flagNamed(attribute, given[attribute]);
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ flag }}: ${{ wanted: wantedBy(schema, issue!) }}.`,
  );
}

/** How an option was written on this command line; null where it was not. */
export function givenFlag(command: Command, name: string, form: FlagForm | undefined): string | null {
  const attribute = attributeOf(name, form);
  if (command.getOptionValueSource(attribute) !== 'cli') return null;
  return flagNamed(attribute, command.getOptionValue(attribute));
}

/** commander keeps a flag's value under its name in camel case. */
const attributeOf = (name: string, form: FlagForm | undefined): string =>
  form === undefined ? name : new Option(form.flags).attributeName();

function propertiesOf(schema: z.core.$ZodObject): Record<string, Property> {
  const { properties = {} } = z.toJSONSchema(schema, { io: 'input' });
  return Object.fromEntries(Object.entries(properties).map(([name, value]) => [name, Property.parse(value)]));
}

/** One flag; two for a choice of yes and no whose default depends on something else. */
function flagsOf(name: string, property: Property, form: FlagForm | undefined): Option[] {
  const help = property.description + limits(property);
  if (form !== undefined) return [new Option(form.flags, help).argParser(form.parse)];
  const flag = flagNamed(name);
  if (property.type === 'boolean') {
    const [on, off] = [new Option(flag, help), new Option(`--no-${kebab(name)}`, `turn off: ${help}`)];
    if (property.default === undefined) return [on, off];
    return [property.default === true ? off : on];
  }
  if (property.enum !== undefined) return [new Option(`${flag} <choice>`, help).choices(property.enum)];
  if (property.type === 'string') return [new Option(`${flag} <text>`, help)];
  return [new Option(`${flag} <number>`, help).argParser(Number)];
}

function limits({ type, minimum, maximum, default: initial }: Property): string {
  const facts = [
    minimum !== undefined && maximum !== undefined ? `${minimum} to ${maximum}` : '',
    type === 'boolean' || initial === undefined || typeof initial === 'object' || initial === ''
      ? ''
      : `default: ${initial}`,
  ].filter((fact) => fact !== '');
  return facts.length > 0 ? ` (${facts.join(', ')})` : '';
}
