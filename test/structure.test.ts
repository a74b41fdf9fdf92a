/** The house rules that no linter knows: which room may import from which, and how large a file may grow. */

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { EDIT_METHODS, INVERSION_METHODS } from '@palimpsest/protocol';
import { describe, expect, it } from 'vitest';

const SOURCES = join(import.meta.dirname, '../daemon/src');

/** From high to low: a file imports from its own room and from lower ones (docs/architecture.md). */
const ROOMS = [
  'cli',
  'server',
  'queue',
  'engine',
  'jobs',
  'store',
  'methods',
  'attention',
  'settings',
  'execution',
  'catalog',
  'weights',
  'networks',
  'graph',
  'imaging',
  'files',
  'tensor',
];
/** A smell rather than a law: a longer file has to say why it is one. */
const MAX_LINES = 350;

/** Files that parse what the daemon itself wrote, or what came over its socket as text already. */
const OWN_JSON: ReadonlySet<string> = new Set([
  'engine/main.ts',
  'execution/chooseDevice.ts',
  'queue/jobJournal.ts',
  'server/clients.ts',
  'server/framer.ts',
  'server/lock.ts',
  'store/inversionStore.ts',
]);

const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join(SOURCES, name));

const roomOf = (file: string): string => relative(SOURCES, file).split('/')[0]!;
const level = (file: string): number => ROOMS.indexOf(roomOf(file));

const imports = new Map(
  files.map((file) => {
    const specifiers = [...readFileSync(file, 'utf8').matchAll(/from '(\.[^']+\.ts)'/g)].map(
      ([, name]) => name!,
    );
    return [file, specifiers.map((name) => resolve(dirname(file), name))];
  }),
);

/** What each package may import of ours; everything else of the plugins is a host or a page, which may use all three. */
const PLUGIN_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  sdk: ['protocol'],
  panel: ['protocol', 'sdk'],
};
const PLUGINS = join(import.meta.dirname, '../plugins');

const pluginFiles = readdirSync(PLUGINS, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name))
  .map((name) => ({ name, text: readFileSync(join(PLUGINS, name), 'utf8') }));

describe('the plugins', () => {
  it('import the packages below them only, and never the daemon', () => {
    const wrong = pluginFiles.flatMap(({ name, text }) => {
      const own = name.split('/')[0]!;
      const allowed = PLUGIN_PACKAGES[own] ?? ['protocol', 'sdk', 'panel'];
      const packages = [...text.matchAll(/from '@palimpsest\/([\w-]+)/g)].map(([, other]) => other!);
      const outside = [...text.matchAll(/from '(\.[^']+)'/g)]
        .map(([, path]) => relative(PLUGINS, resolve(PLUGINS, dirname(name), path!)))
        .filter((path) => path.split('/')[0] !== own);
      return [...packages.filter((other) => !allowed.includes(other)), ...outside].map(
        (other) => `${name} -> ${other}`,
      );
    });
    expect(wrong).toEqual([]);
  });

  it('give no name of the protocol or the SDK to something of their own', () => {
    const ROOT = join(import.meta.dirname, '..');
    const offered = (path: string) =>
      [...readFileSync(join(ROOT, path), 'utf8').matchAll(/export (?:type )?\{([^}]+)\}/g)].flatMap(
        ([, names]) => names!.split(',').map((name) => name.replace('type ', '').trim()),
      );
    const ofProtocol = new Set(offered('protocol/src/index.ts'));
    const ofBoth = new Set([...ofProtocol, ...offered('plugins/sdk/src/index.ts')]);
    const again = pluginFiles.flatMap(({ name, text }) =>
      [...text.matchAll(/^export (?:interface|type|class|const) (\w+)/gm)]
        .map(([, declared]) => declared!)
        .filter((declared) => (name.startsWith('sdk/') ? ofProtocol : ofBoth).has(declared))
        .map((declared) => `${name}: ${declared}`),
    );
    expect([...new Set(again)]).toEqual([]);
  });

  it(`hold files of at most ${MAX_LINES} lines`, () => {
    const long = pluginFiles.filter(({ text }) => text.split('\n').length > MAX_LINES);
    expect(long.map(({ name }) => name)).toEqual([]);
  });
});

describe('the protocol, the SDK and the panel', () => {
  it.each(['protocol', 'plugins/sdk', 'plugins/panel'])('declare each type once: %s', (place) => {
    const src = join(import.meta.dirname, '..', place, 'src');
    const declared = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.tsx?$/.test(name))
      .flatMap((name) => [
        ...new Set(
          [
            ...readFileSync(join(src, name), 'utf8').matchAll(
              /^(?:export )?(?:interface|type|class) (\w+)/gm,
            ),
          ].map(([, type]) => type!),
        ),
      ]);
    expect(declared.filter((type, i) => declared.indexOf(type) !== i)).toEqual([]);
  });
});

describe('the runtime', () => {
  it('is loaded by one file, which keeps it from reporting to its maker', () => {
    const ROOT = join(import.meta.dirname, '..');
    const sources = ['daemon', 'protocol', 'plugins', 'parity', 'models', 'bench', 'test'].flatMap((place) =>
      readdirSync(join(ROOT, place), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.[cm]?[jt]sx?$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name))
        .map((name) => join(place, name)),
    );
    const loading =
      /^(import|export) (?!type )([^;]*from )?'onnxruntime-|(import|require|createRequire\([^)]*\))\(\s*'onnxruntime-/m;
    const loaders = sources.filter((name) => loading.test(readFileSync(join(ROOT, name), 'utf8')));
    expect(loaders).toEqual(['daemon/src/execution/onnxRuntime.ts']);
  });
});
/** What makes files and folders; `openSync` only reads. */
const WRITING = /\b(mkdir|mkdtemp|writeFile|appendFile|copyFile|cp)(Sync)?\b|\b(open|createWriteStream)\b/;

/** Who may use it, and why. */
const WRITERS: Readonly<Record<string, string>> = {
  'imaging/ownColours.ts': 'a file of a moment, in a temporary folder that is closed by itself',
  'imaging/picture.ts': 'only reads',
  'files/destination.ts': 'pictures where the user wants them',
  'files/privateFiles.ts': 'the one place',
  'files/readKeptFile.ts': 'only reads',
  'files/userFolders.ts': 'a folder, closed as there, with its own sentence',
  'files/writeFile.ts': 'what that is built on',
  'store/blobReader.ts': 'only reads',
  'server/clients.ts': 'the token, exclusive and closed',
};

describe('the rooms of the daemon', () => {
  it('are all in the list', () => {
    expect([...new Set(files.filter((file) => level(file) < 0).map(roomOf))]).toEqual([]);
  });

  it('import downwards only', () => {
    const upwards = files.flatMap((file) =>
      imports
        .get(file)!
        .filter((target) => roomOf(target) !== roomOf(file) && level(target) <= level(file))
        .map((target) => `${relative(SOURCES, file)} -> ${relative(SOURCES, target)}`),
    );
    expect(upwards).toEqual([]);
  });

  it('keep the algorithms apart from what runs their networks', () => {
    const below = ['execution', 'catalog', 'weights'];
    const known = files
      .filter((file) => roomOf(file) === 'methods')
      .flatMap((file) => imports.get(file)!.map((target) => relative(SOURCES, target)))
      .filter((target) => below.includes(target.split('/')[0]!));
    expect(known).toEqual([]);
  });

  it('make files that stay in one place, which closes them to others', () => {
    const writers = files.filter((file) =>
      [...readFileSync(file, 'utf8').matchAll(/import \{([^}]+)\} from 'node:fs(?:\/promises)?'/g)].some(
        ([, names]) => WRITING.test(names!),
      ),
    );
    expect(writers.map((file) => relative(SOURCES, file)).sort()).toEqual(Object.keys(WRITERS).sort());
  });

  it(`hold files of at most ${MAX_LINES} lines`, () => {
    const long = files.filter((file) => readFileSync(file, 'utf8').split('\n').length > MAX_LINES);
    expect(long.map((file) => relative(SOURCES, file))).toEqual([]);
  });

  it('read JSON from outside in one way', () => {
    const others = files
      .filter((file) => readFileSync(file, 'utf8').includes('JSON.parse('))
      .map((file) => relative(SOURCES, file))
      .filter((file) => !OWN_JSON.has(file));
    expect(others).toEqual(['files/json.ts']);
  });

  it('hand files to the decoder of pictures in one place', () => {
    // Others make pictures of pixels.
    const hands = files.filter((file) => /\bsharp\((?!rgb, \{ raw:)/.test(readFileSync(file, 'utf8')));
    expect(hands.map((file) => relative(SOURCES, file))).toEqual(['imaging/openPicture.ts']);
  });

  it('has no circles', () => {
    const done = new Set<string>();
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file))
        throw new Error(`circle: ${[...path, file].map((f) => relative(SOURCES, f)).join(' -> ')}`);
      if (done.has(file)) return;
      for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
  });
});

describe('a method', () => {
  const METHODS = join(SOURCES, 'methods');
  const PROTOCOL = join(import.meta.dirname, '../protocol/src/methods');

  it.each([
    ['inversions', 'InversionMethod', Object.keys(INVERSION_METHODS)],
    ['editors', 'Editor', Object.keys(EDIT_METHODS)],
  ])('has a file of its name in the protocol and one in the daemon: %s', (folder, type, names) => {
    const declaring = (file: string, what: RegExp) =>
      [...readFileSync(file, 'utf8').matchAll(what)].map(([, name]) => name!);
    for (const name of names) {
      const method = /^export const (\w+) = (?:inversion|edit)Method\(/gm;
      expect(declaring(join(PROTOCOL, folder, `${name}.ts`), method), name).toEqual([name]);
    }
    const found = readdirSync(METHODS)
      .map((file) => [
        file.replace('.ts', ''),
        declaring(join(METHODS, file), new RegExp(`^export const \\w+: ${type}<'(\\w+)'>`, 'gm')),
      ])
      .filter(([, declared]) => declared!.length > 0);
    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(names.map((name) => [name, [name]])));
  });
});

/** Sentences whose files lie in a repository of the hub, under names that everybody may know. */
const HUB_FILES: ReadonlySet<string> = new Set(['daemon/src/catalog/hub.ts', 'daemon/src/catalog/pull.ts']);

describe('errors', () => {
  const ROOT = join(import.meta.dirname, '..');
  const sources = ['daemon/src', 'protocol/src', 'plugins']
    .flatMap((room) =>
      readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' }).map((name) => join(room, name)),
    )
    .filter((name) => /\.tsx?$/.test(name) && !/(^|\/)(dist|node_modules)\//.test(name))
    .map((name) => ({ name, text: readFileSync(join(ROOT, name), 'utf8') }));

  it('put facts into sentences, and nothing into plain texts', () => {
    // The compiler refuses them too (protocol/src/errors.ts).
    const mixed = sources.flatMap(({ name, text }) =>
      argumentsOf(text, 'new PalimpsestError(')
        .filter((given) => /\$\{(?!\{)|['"`] \+|\+ ['"`]/.test(given))
        .map((given) => `${name}: ${given}`),
    );
    expect(sources.flatMap(({ text }) => argumentsOf(text, 'new PalimpsestError(')).length).toBeGreaterThan(
      100,
    );
    expect(mixed).toEqual([]);
  });

  it('say of each place on this machine that it is one', () => {
    const bare = sources
      .filter(({ name }) => !HUB_FILES.has(name))
      .flatMap(({ name, text }) =>
        [...text.matchAll(/\$\{\{ (?:\w+: )?(?:\w+[?!]?\.)*(?:path|file|folder|cache|target)!? \}\}/g)].map(
          ([slot]) => `${name}: ${slot}`,
        ),
      );
    expect(bare).toEqual([]);
  });

  it('call no two facts of a sentence the same', () => {
    const twice = sources.flatMap(({ name, text }) =>
      text.split('\n').flatMap((line) => {
        const facts = [...line.matchAll(/\$\{\{ (\w+)(.*?) \}\}/g)];
        const different = new Set(facts.map(([slot]) => slot)).size;
        return different === new Set(facts.map(([, fact]) => fact)).size ? [] : [`${name}: ${line.trim()}`];
      }),
    );
    expect(twice).toEqual([]);
  });
});

/** The arguments of each call in a text, as they are written. */
function argumentsOf(text: string, call: string): string[] {
  return text
    .split(call)
    .slice(1)
    .map((rest) => {
      let open = 1;
      const end = [...rest].findIndex((sign) => {
        if (sign === '(') open += 1;
        if (sign === ')') open -= 1;
        return open === 0;
      });
      return rest.slice(0, end);
    });
}
