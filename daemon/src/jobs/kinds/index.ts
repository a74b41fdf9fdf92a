/** @file Every kind of job that the daemon does; the wire's side of each is in protocol/src/kinds/. */

import type { Kind } from '@palimpsest/protocol';
import { edit } from './edit.ts';
import { generate } from './generate.ts';
import { invert } from './invert.ts';
import type { JobKind } from './jobKind.ts';
import { style } from './style.ts';

export const JOBS: { readonly [K in Kind]: JobKind<K> } = { invert, edit, style, generate };
