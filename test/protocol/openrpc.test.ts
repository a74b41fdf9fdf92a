/** The committed OpenRPC document is that of the method table, and is valid. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import metaSchema from '@open-rpc/meta-schema';
import { METHODS, openRpcDocument } from '@palimpsest/protocol';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

const PROTOCOL = join(import.meta.dirname, '../../protocol');
const read = (name: string) => JSON.parse(readFileSync(join(PROTOCOL, name), 'utf8'));
const document = read('openrpc.json');

describe('openrpc.json', () => {
  it('is up to date ("npm run openrpc" writes it anew)', () => {
    expect(document).toEqual(JSON.parse(JSON.stringify(openRpcDocument(read('package.json').version))));
  });

  it('keeps to the meta-schema of OpenRPC', () => {
    // The package knows versions up to 1.3.2; 1.4.1 adds what we do not use. It refers to a meta-schema of JSON Schema
    // on the web: the one that ajv brings along stands in for that.
    const { $schema: _, ...meta } = JSON.parse(
      JSON.stringify(metaSchema)
        .replaceAll(/"https:\/\/meta\.json-schema\.tools\/#[^"]*"/g, '"#/definitions/text"')
        .replaceAll(/"https:\/\/meta\.json-schema\.tools\/?"/g, '"http://json-schema.org/draft-07/schema#"'),
    );
    meta.definitions.text = { type: 'string' };
    const ajv = new Ajv({ strict: false, validateFormats: false });
    const valid = ajv.validate(meta, { ...document, openrpc: '1.3.2' });
    expect(ajv.errors).toBeNull();
    expect(valid).toBe(true);
  });

  it('holds only schemas of JSON Schema draft 7', () => {
    const ajv = new Ajv({ strict: false });
    for (const { params, result } of document.methods) {
      for (const { schema } of [...params, result]) {
        ajv.compile({ ...schema, components: document.components });
      }
    }
  });

  it('describes every parameter, so that a stranger understands it', () => {
    const mute: string[] = [];
    const walk = (path: string, schema: Record<string, unknown>) => {
      const { type, description, properties, $ref } = schema;
      if (properties !== undefined) {
        for (const [name, inner] of Object.entries(properties as Record<string, Record<string, unknown>>))
          walk(`${path}.${name}`, inner);
      } else if (type !== undefined && description === undefined && $ref === undefined) mute.push(path);
    };
    for (const { name, params } of document.methods) {
      for (const param of params) walk(`${name} ${param.name}`, param.schema);
    }
    expect(mute).toEqual([]);
  });

  it('names every method once', () => {
    const names = document.methods.map(({ name }: { name: string }) => name);
    expect(names).toEqual(['rpc.discover', ...Object.keys(METHODS)]);
  });
});
