/** @file Writes openrpc.json anew: `npm run openrpc`, after a change of the protocol. */

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openRpcDocument } from './src/openrpc.ts';

const { version } = JSON.parse(readFileSync(join(import.meta.dirname, 'package.json'), 'utf8'));
const document = JSON.stringify(openRpcDocument(version), null, 2);
writeFileSync(join(import.meta.dirname, 'openrpc.json'), `${document}\n`);
