/** @file Every option under its own name, with the protocol's ranges and descriptions. */

import {
  EDITORS_HEEDING,
  EditOptions,
  INVERSIONS_HEEDING,
  InversionOptions,
  METHOD_OF_MODE,
  type ModelInfo,
  StyleOptions,
} from '@palimpsest/protocol';
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type * as z from 'zod/mini';
import { DEFAULT_INVERSION } from '../model/controls.ts';
import type { Draft } from '../model/draft.ts';
import { type OptionField, optionFields } from '../model/optionFields.ts';

/** The kind of an edit stands beside the words. */
const EDIT_FIELDS = optionFields(EditOptions).filter(({ key }) => key !== 'kind');
const INVERSION_FIELDS = optionFields(InversionOptions);
/** Of these a style transfer has no choice. */
const CHOICES_OF_INVERSION: readonly string[] = ['mode', 'method', 'learn'];
const STYLE_FIELDS = optionFields(StyleOptions);

interface AdvancedProps {
  readonly draft: Draft;
  readonly models: readonly ModelInfo[];
  /** Of a style transfer, in the place of an edit's. */
  readonly style: Signal<StyleOptions> | null;
}

export function Advanced({ draft, models, style }: AdvancedProps) {
  return (
    <details class="advanced">
      <summary>Advanced</summary>
      <fieldset>
        <legend>The model</legend>
        <Field
          field={{
            ...{
              key: 'model',
              name: 'model',
              description: 'what paints and learns; those that are installed',
            },
            ...{ type: 'choice', choices: models.map(({ name }) => name), initial: draft.model.value },
          }}
          value={draft.model.value}
          onChange={(name) => {
            draft.model.value = String(name);
          }}
        />
      </fieldset>
      {style === null ? (
        <Options
          title="The edit"
          fields={heeded(EDIT_FIELDS, EDITORS_HEEDING, draft.edit.value.editor)}
          schema={EditOptions}
          options={draft.edit}
        />
      ) : (
        <Options title="The style" fields={STYLE_FIELDS} schema={StyleOptions} options={style} />
      )}
      <Options
        title="Learning the picture"
        fields={style === null ? inversionFields(draft.inversion.value) : STYLE_INVERSION_FIELDS}
        schema={InversionOptions}
        options={draft.inversion}
      />
    </details>
  );
}

/** The fields that a method heeds. */
function heeded(
  fields: readonly OptionField[],
  heeding: Readonly<Partial<Record<string, readonly string[]>>>,
  method: string,
): readonly OptionField[] {
  return fields.filter(({ key }) => heeding[key]?.includes(method) ?? true);
}

const inversionFields = ({ mode = 'careful', method = METHOD_OF_MODE[mode] }: InversionOptions) =>
  heeded(INVERSION_FIELDS, INVERSIONS_HEEDING, method);

const STYLE_INVERSION_FIELDS = inversionFields({ ...DEFAULT_INVERSION, mode: 'careful' }).filter(
  ({ key }) => !CHOICES_OF_INVERSION.includes(key),
);

interface OptionsProps<S extends z.ZodMiniObject> {
  readonly title: string;
  readonly fields: readonly OptionField[];
  readonly schema: S;
  readonly options: Signal<z.infer<S>>;
}

function Options<S extends z.ZodMiniObject>({ title, fields, schema, options }: OptionsProps<S>) {
  const values: Readonly<Record<string, unknown>> = options.value;
  return (
    <fieldset>
      <legend>{title}</legend>
      {fields.map((field) => (
        <Field
          key={field.key}
          field={field}
          value={values[field.key]}
          onChange={(value) => {
            const { [field.key]: _, ...others } = values;
            const parsed = schema.safeParse(value === undefined ? others : { ...others, [field.key]: value });
            // What does not fit is not taken: the field shows again what holds.
            options.value = parsed.success ? parsed.data : { ...options.value };
          }}
        />
      ))}
    </fieldset>
  );
}

interface FieldProps {
  readonly field: OptionField;
  readonly value: unknown;
  /** undefined is the default. */
  readonly onChange: (value: unknown) => void;
}

function Field({ field, value, onChange }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  return (
    <div class="exact">
      <label for={id}>{field.name}</label>
      {field.type === 'number' && (
        <input
          type="number"
          id={id}
          step={field.whole ? 1 : 'any'}
          min={field.min}
          {...(Number.isFinite(field.max) ? { max: field.max } : {})}
          value={value === undefined ? '' : Number(value)}
          placeholder="auto"
          aria-describedby={about}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === '' ? undefined : currentTarget.valueAsNumber)
          }
        />
      )}
      {field.type === 'choice' && (
        <select
          id={id}
          value={value === undefined ? '' : String(value)}
          aria-describedby={about}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === '' ? undefined : currentTarget.value)
          }
        >
          {field.initial === undefined && <option value="">auto</option>}
          {field.choices.map((choice) => (
            <option key={choice}>{choice}</option>
          ))}
        </select>
      )}
      {field.type === 'flag' && (
        <select
          id={id}
          value={value === undefined ? '' : String(value)}
          aria-describedby={about}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === '' ? undefined : currentTarget.value === 'true')
          }
        >
          {field.initial === undefined && <option value="">auto</option>}
          <option value="true">yes</option>
          <option value="false">no</option>
        </select>
      )}
      <p id={about} class="hint">
        {field.description + range(field)}
      </p>
    </div>
  );
}

function range(field: OptionField): string {
  if (field.type !== 'number' || !Number.isFinite(field.max)) return '';
  const usual = typeof field.initial === 'number' ? `; usually ${field.initial}` : '';
  return ` (${field.min} to ${field.max}${usual})`;
}
