/** Kinds of jobs: what is true of all of them follows from one table, and what is left out does not compile. */

import {
  JOB_KINDS,
  JobRecord,
  JobRequest,
  JobResult,
  type Kind,
  METHODS,
  type SubmitMethod,
  type SubmittedKind,
} from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod/mini';

const image = `sha256:${'0'.repeat(64)}`;
const drawn = { image, width: 64, height: 64 };
const RESULTS: { readonly [K in Kind]: JobResult<K> } = {
  invert: { inversion: 'a', canvas: { width: 64, height: 64 }, reused: false },
  edit: { ...drawn, inversion: 'a', reused: true, kind: 'refine' },
  style: { ...drawn, inversion: 'a', reused: true },
  generate: drawn,
};
const common = { model: 'tiny', image };
const ASKED: { readonly [K in Kind]: object } = {
  invert: { ...common, prompt: 'a', options: {} },
  edit: { ...common, source: 'a', target: 'b', inversion: {}, edit: {} },
  style: { ...common, source: 'a', style: image, styleSource: 'b', inversion: {}, options: {} },
  generate: { model: 'tiny', prompt: 'a', options: {} },
};
const kinds = Object.keys(JOB_KINDS) as Kind[];
const recordOf = (kind: Kind, result: object) => ({
  ...{ id: '1', owner: 'a', priority: 'batch', state: 'done', createdAt: 0, result },
  request: { kind, ...ASKED[kind] },
});

type Same<A, B> = [A, B] extends [B, A] ? true : false;

describe('a kind of job', () => {
  it.each(kinds)('%s is read as a request, and its result as that of such a job', (kind) => {
    expect(JobRequest.parse({ kind, ...ASKED[kind] }).kind).toBe(kind);
    expect(JobResult.parse(RESULTS[kind])).toEqual(RESULTS[kind]);
    for (const other of kinds)
      expect(JobRecord.safeParse(recordOf(kind, RESULTS[other])).success).toBe(kind === other);
  });

  it('is known by type wherever all are', () => {
    const isTyped: Same<z.infer<typeof JobResult>, JobResult> = true;
    const isAsked: Same<z.infer<typeof JobRequest>, JobRequest> = true;
    const ofGenerate: Same<SubmittedKind<'generate'>, 'generate'> = true;
    const ofEdits: Same<SubmittedKind<'edits.reweight'>, 'edit'> = true;
    expect([isTyped, isAsked, ofGenerate, ofEdits]).not.toContain(false);
    const wrong: { readonly [K in Kind]?: SubmitMethod<K> } = {
      // @ts-expect-error it submits another kind
      generate: 'styles.create',
    };
    expect(wrong).toBeDefined();
  });

  it('is submitted by methods that say so, each of which asks for such a job', () => {
    const submissions = Object.entries(METHODS).flatMap(([name, spec]) =>
      'submits' in spec ? [{ name, submits: spec.submits as Kind, request: spec.request }] : [],
    );
    expect(new Set(submissions.map(({ submits }) => submits))).toEqual(new Set(kinds));
    for (const { submits, request } of submissions) {
      const asking = { ...ASKED[submits], priority: 'batch', weights: [{ word: 'a', weight: 2 }] };
      const asked = request(asking as never);
      expect(asked).toMatchObject({ kind: submits });
      expect(asked).not.toHaveProperty('priority');
    }
  });
});
