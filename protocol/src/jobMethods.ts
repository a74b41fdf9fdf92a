/** @file Jobs from outside: look, watch, cancel. A job outlives the connection that submitted it. */

import * as z from 'zod/mini';
import { JobProgress, JobRecord } from './jobs.ts';
import { method, notification } from './method.ts';

const JobId = z
  .string()
  .check(z.regex(/^[\w-]{1,64}$/), z.describe('the id of a job, as its submission gave it'));

export const jobMethods = {
  'jobs.list': method({
    onlyReads: true,
    summary: "The client's jobs, newest first; the owner sees those of all clients",
    access: 'client',
    params: z.strictObject({
      limit: z
        ._default(z.int().check(z.minimum(1), z.maximum(200)), 50)
        .check(z.describe('how many at most')),
    }),
    result: z.strictObject({ jobs: z.array(JobRecord) }),
    errors: [],
  }),
  'jobs.get': method({
    onlyReads: true,
    summary: 'How a job stands',
    access: 'client',
    params: z.strictObject({ id: JobId }),
    result: z.strictObject({ job: JobRecord }),
    errors: ['JOB_UNKNOWN'],
  }),
  'jobs.cancel': method({
    summary: 'Stop a job within one step; what it has learned is kept',
    description: 'A job that is over stays as it is.',
    access: 'client',
    params: z.strictObject({ id: JobId }),
    result: z.strictObject({ job: JobRecord }),
    errors: ['JOB_UNKNOWN'],
  }),
  'jobs.preview': method({
    summary: 'Ask for small pictures of a job while it runs, as binary frames, or for no more of them',
    access: 'client',
    params: z.strictObject({ id: JobId, on: z.boolean().check(z.describe('whether to send them')) }),
    result: z.strictObject({ on: z.boolean() }),
    errors: ['JOB_UNKNOWN'],
  }),
};

export const jobNotifications = {
  'job.changed': notification({
    summary:
      "A job of the client's went to another state, or, at most once a second, to another place in the queue",
    access: 'client',
    params: z.strictObject({ job: JobRecord }),
  }),
  'job.progress': notification({
    summary: "A running job of the client's went on; at most ten a second",
    access: 'client',
    params: z.strictObject({ id: z.string(), progress: JobProgress }),
  }),
};
