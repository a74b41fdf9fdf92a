/**
 * @file The daemon's settings: flags win over the environment, the environment over the file, the file over the
 * defaults.
 */

import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { ModelName, PalimpsestError, place, sentence } from '@palimpsest/protocol';
import { wantedBy } from '@palimpsest/protocol/wanted';
import { z } from 'zod';
import { DEVICES } from '../execution/deviceNames.ts';
import { parseBudget } from '../execution/memoryBudget.ts';
import { JsonFault, jsonOf } from '../files/json.ts';
import { readKeptFileSync } from '../files/readKeptFile.ts';
import { userFolder } from '../files/userFolders.ts';
import { PRECISIONS } from '../weights/precision.ts';
import { flagNamed, variableNamed } from './spelling.ts';

export const LOG_LEVELS = ['silent', 'error', 'warn', 'info', 'debug'] as const;

const MAX_BYTES = 2 ** 20;

/** The file `config.json` in the configuration folder; each key may be left out. */
export const DaemonConfig = z.strictObject({
  port: z
    .int()
    .min(1)
    .max(65_535)
    .optional()
    .describe('the port to listen on; default: 47391, or 47392, or 47393'),
  listen: z
    .string()
    .min(1)
    .optional()
    .describe('an address to listen on beside the loopback ones; what goes over it is not encrypted'),
  models: z.array(z.string().min(1)).default([]).describe('folders that hold models, or are models'),
  named: z
    .record(
      z
        .string()
        .refine((name) => ModelName.safeParse(name).success, 'a name has letters, digits, spaces, . _ -'),
      z.strictObject({
        model: z.string().min(1).describe('a path, or a name of "palimpsest models"'),
        loras: z.array(z.string().min(1)).default([]).describe('files, such as style.safetensors:0.8'),
        imageEncoder: z.string().min(1).optional().describe("a folder with CLIP's vision encoder"),
      }),
    )
    .default({})
    .describe('models by names of your own, such as one with LoRAs'),
  device: z
    .enum(['auto', ...DEVICES])
    .default('cpu')
    .describe('where the networks run; auto tries what there is'),
  precision: z
    .enum(['auto', ...PRECISIONS])
    .default('auto')
    .describe('what the UNet computes in; auto is fp16 on cards that can, else fp32'),
  origins: z
    .array(
      z
        .string()
        .regex(/^https?:\/\/[^/]+$/)
        .describe('an origin, such as https://example.org, without a path'),
    )
    .default([])
    .describe('pages that may talk to the daemon, beside those of the plugins'),
  maxJobMinutes: z
    .number()
    .positive()
    .max(20_000)
    .optional()
    .describe('how long a job may run, in minutes; default: as long as it takes'),
  memoryBudget: z
    .string()
    .transform(parseBudget)
    .optional()
    .describe('how much memory a job may take, such as 8GB; default: nine tenths of what the machine has'),
  log: z.enum(LOG_LEVELS).default('warn').describe('what goes to the log on stderr'),
});
export type DaemonConfig = z.infer<typeof DaemonConfig>;

/** The folder of the configuration and the secrets: `$PALIMPSEST_CONFIG`, or the system's place for them. */
export const configFolder = (): string => userFolder('config');

/**
 * The configuration.
 *
 * @param flags what was given on the command line.
 * @throws {PalimpsestError} OPTION_INVALID, naming the key.
 */
export function readConfig(folder: string, flags: Readonly<Record<string, unknown>>): DaemonConfig {
  const file = join(folder, 'config.json');
  const kept = readFile(file);
  const environment = fromEnvironment(process.env);
  const given = { ...kept, ...environment, ...defined(flags) };
  const parsed = DaemonConfig.safeParse(given);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw new PalimpsestError(
      'OPTION_INVALID',
      sentence`${{ key: [...issue.path, issue.keys[0]].join('.') }} in ${{ file: place(file) }} is no key of the configuration. Check how it is spelt, or remove it.`,
    );
  }
  const top = String(issue!.path[0]);
  const source =
    flags[top] !== undefined ? flagNamed(top) : top in environment ? variableNamed(top) : place(file);
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ key: issue!.path.join('.') }}: ${{ wanted: wantedBy(DaemonConfig, issue!) }}. It comes from ${{ source }}.`,
  );
}

function fromEnvironment(env: NodeJS.ProcessEnv): Record<string, unknown> {
  const { PALIMPSEST_PORT: port, PALIMPSEST_MODELS: models } = env;
  return defined({
    port: port === undefined ? undefined : Number(port),
    listen: env.PALIMPSEST_LISTEN,
    models: models?.split(delimiter).filter((name) => name !== ''),
    device: env.PALIMPSEST_DEVICE,
    memoryBudget: env.PALIMPSEST_MEMORY_BUDGET,
    log: env.PALIMPSEST_LOG,
  });
}

const defined = (values: Readonly<Record<string, unknown>>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));

function readFile(path: string): object {
  const bytes = readKeptFileSync(path, MAX_BYTES);
  if (bytes === null && !existsSync(path)) return {};
  let fault = sentence`a JSON object`;
  try {
    const value = bytes && jsonOf(bytes);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch (error) {
    if (!(error instanceof JsonFault)) throw error;
    fault = sentence`valid JSON: look at ${{ where: error.message }}`;
  }
  throw new PalimpsestError(
    'OPTION_INVALID',
    sentence`${{ file: place(path) }} is not ${{ wanted: fault }}. Mend it, or remove it.`,
  );
}
