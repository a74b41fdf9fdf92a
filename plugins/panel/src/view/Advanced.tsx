/** @file Every option under its own name, with the protocol's ranges and descriptions. */

import {
  type Chosen,
  EditOptions,
  InversionOptions,
  type ModelInfo,
  type OptionName,
  StyleOptions,
} from '@palimpsest/protocol';
import type { Signal } from '@preact/signals';
import { useId } from 'preact/hooks';
import type * as z from 'zod/mini';
import { careful, DEFAULT_EDIT, usualInversion } from '../model/controls.ts';
import { CONTEXT, type Draft } from '../model/draft.ts';
import { idleReason, isOutOfReach } from '../model/idle.ts';
import { type OptionField, optionFields } from '../model/optionFields.ts';

/** The kind of an edit stands beside the words, and the mode is the pace. */
const EDIT_FIELDS = optionFields(EditOptions).filter(({ key }) => key !== 'kind');
const INVERSION_FIELDS = optionFields(InversionOptions).filter(({ key }) => key !== 'mode');
/** Of these a style transfer has no choice. */
const CHOICES_OF_INVERSION: readonly string[] = ['method', 'learn'];
const STYLE_FIELDS = optionFields(StyleOptions);
const USUAL_EDIT = { ...DEFAULT_EDIT, context: CONTEXT };
const USUAL_STYLE = StyleOptions.parse({});

interface AdvancedProps {
  readonly draft: Draft;
  readonly models: readonly ModelInfo[];
  /** Of a style transfer, in the place of an edit's. */
  readonly style: Signal<StyleOptions> | null;
}

export function Advanced({ draft, models, style }: AdvancedProps) {
  const chosen: Chosen =
    style === null ? draft.chosen.value : { inversion: careful(draft.inversion.value), style: style.value };
  return (
    <details class="advanced">
      <summary>Advanced</summary>
      <fieldset>
        <legend>The model</legend>
        <Field
          field={{
            ...{
              key: 'model',
              title: 'Model',
              name: 'model',
              description: 'what learns the picture and paints the edit',
            },
            ...{ type: 'choice', choices: models.map(({ name }) => name), initial: draft.model.value },
          }}
          value={draft.model.value}
          usual={undefined}
          idle={null}
          onChange={(name) => {
            draft.model.value = String(name);
          }}
        />
      </fieldset>
      {style === null ? (
        <Options
          title="The edit"
          fields={EDIT_FIELDS}
          schema={EditOptions}
          options={draft.edit}
          chosen={chosen}
          usual={USUAL_EDIT}
        />
      ) : (
        <Options
          title="The style"
          fields={STYLE_FIELDS}
          schema={StyleOptions}
          options={style}
          chosen={chosen}
          usual={USUAL_STYLE}
        />
      )}
      <Options
        title="Learning the picture"
        fields={
          style === null
            ? INVERSION_FIELDS
            : INVERSION_FIELDS.filter(({ key }) => !CHOICES_OF_INVERSION.includes(key))
        }
        schema={InversionOptions}
        options={draft.inversion}
        chosen={chosen}
        usual={usualInversion(chosen.inversion)}
      />
    </details>
  );
}

interface OptionsProps<S extends z.ZodMiniObject> {
  readonly title: string;
  readonly fields: readonly OptionField[];
  readonly schema: S;
  readonly options: Signal<z.infer<S>>;
  readonly chosen: Chosen;
  /** What they are where nobody says otherwise, as far as that is known. */
  readonly usual: Readonly<Record<string, unknown>>;
}

/** The options that something here can make count; what changes nothing as things stand says why. */
function Options<S extends z.ZodMiniObject>(props: OptionsProps<S>) {
  const { title, fields, schema, options, chosen, usual } = props;
  const values: Readonly<Record<string, unknown>> = options.value;
  const own = fields.filter(({ key }) => !isOutOfReach(key as OptionName, chosen));
  return (
    <fieldset>
      <legend>{title}</legend>
      {own.map((field) => (
        <Field
          key={field.key}
          field={field}
          idle={idleReason([field.key as OptionName], chosen)}
          value={values[field.key]}
          usual={usual[field.key]}
          onChange={(value) => {
            const { [field.key]: _, ...others } = values;
            const wanted = value ?? usual[field.key];
            const parsed = schema.safeParse(
              wanted === undefined ? others : { ...others, [field.key]: wanted },
            );
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
  /** What holds where nobody says otherwise; undefined where that depends on other options. */
  readonly usual: unknown;
  /** Why it changes nothing, or null. */
  readonly idle: string | null;
  /** undefined is the default. */
  readonly onChange: (value: unknown) => void;
}

function Field({ field, value, usual, idle, onChange }: FieldProps) {
  const id = useId();
  const about = `${id}-about`;
  const control = { id, disabled: idle !== null, 'aria-describedby': about };
  return (
    <div class="exact" title={idle ?? undefined}>
      <label for={id} title={field.name}>
        {field.title}
      </label>
      {field.type === 'number' && (
        <input
          type="number"
          {...control}
          step={field.whole ? 1 : 'any'}
          min={field.min}
          {...(Number.isFinite(field.max) ? { max: field.max } : {})}
          value={value === undefined ? '' : Number(value)}
          placeholder={usual === undefined ? 'auto' : String(usual)}
          onChange={({ currentTarget }) =>
            onChange(currentTarget.value === '' ? undefined : currentTarget.valueAsNumber)
          }
        />
      )}
      {field.type === 'choice' && (
        <select
          {...control}
          value={value === undefined ? '' : String(value)}
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
          {...control}
          value={value === undefined ? '' : String(value)}
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
        {idle ?? field.description + range(field, usual)}
      </p>
    </div>
  );
}

function range(field: OptionField, usual: unknown): string {
  if (field.type !== 'number' || !Number.isFinite(field.max)) return '';
  return ` (${field.min} to ${field.max}${usual === undefined ? '' : `; usually ${usual}`})`;
}
