/** @file Methods that submit a job. Each says which kind, and what the job is to do; it answers at once. */

import * as z from 'zod/mini';
import { refuseFaults } from './heeding.ts';
import { askedBy, JobPriority, JobRecord, type JobRequest, type Kind } from './jobs.ts';
import type { MethodSpec } from './method.ts';

const priority = z
  ._default(JobPriority, 'interactive')
  .check(z.describe('batch waits for everything that somebody waits for'));

/** What every submission answers. */
const Submitted = z.strictObject({ job: JobRecord });

type WithPriority<Shape extends z.core.$ZodLooseShape> = z.ZodMiniObject<
  Shape & { priority: typeof priority },
  z.core.$strict
>;

/** A method that submits a kind of job. */
export interface Submission<K extends Kind, Params extends z.ZodMiniObject = z.ZodMiniObject>
  extends MethodSpec<Params, typeof Submitted> {
  readonly submits: K;
  /** The job that it asks for. */
  readonly request: (params: never) => JobRequest<K>;
}

/**
 * A submission's declaration with its exact types.
 *
 * @param request the job, of params without the priority. What of it contradicts itself, or changes nothing, is refused.
 */
export function submission<K extends Kind, Shape extends z.core.$ZodLooseShape>(
  kind: K,
  {
    params: shape,
    request,
    ...spec
  }: Pick<MethodSpec, 'summary' | 'description' | 'errors'> & {
    readonly params: Shape;
    readonly request: (
      params: Omit<z.output<WithPriority<Shape>>, 'priority'>,
    ) => Omit<JobRequest<K>, 'kind'>;
  },
): Submission<K, WithPriority<Shape>> {
  type Asking = z.output<WithPriority<Shape>>;
  const of = (asking: Asking) => {
    const { priority: _, ...params } = asking as Asking & { readonly priority: JobPriority };
    return { kind, ...request(params) } as unknown as JobRequest<K>;
  };
  const params = z.strictObject({ ...shape, priority }).check(refuseFaults((params) => askedBy(of(params))));
  return { ...spec, access: 'client', submits: kind, request: of, params, result: Submitted };
}
