/** @file The folders that become packages: what the compiler wrote, what the bundler wrote, and their package.json. */

import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** What a package.json says that people who install the package need. */
interface Manifest<Exports> {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly type: string;
  readonly engines?: Record<string, string>;
  readonly bin?: Record<string, string>;
  readonly exports?: Exports;
  readonly dependencies: Record<string, string>;
}
type Workspace = Manifest<string | Record<string, string>>;
type Package = Manifest<Record<string, { types: string; default: string }>>;

/**
 * A workspace as a library: its README, its compiled sources under the same names, and exports that point to them.
 *
 * @param workspace its folder, from the repository's.
 * @param built what the compiler wrote.
 * @param packages where the folder of the package is made.
 * @returns that folder.
 */
export async function stageLibrary(workspace: string, built: string, packages: string): Promise<string> {
  const manifest = await manifestOf(workspace);
  const folder = join(packages, manifest.name);
  await empty(folder);
  await cp(join(built, workspace, 'src'), join(folder, 'src'), { recursive: true });
  await writeManifest(folder, {
    ...manifest,
    engines: (await manifestOf('.')).engines ?? {},
    exports: compiledExports(manifest.exports ?? {}),
  });
  await cp(join(ROOT, workspace, 'README.md'), join(folder, 'README.md'));
  await copyFromRoot(['LICENSE'], folder);
  return folder;
}

/**
 * The daemon with all that it serves: page and panels, the plugin that Figma imports, the demo model; and what its
 * documents point to. Folders lie to each other as in the repository, for the sources find these by their own place. The
 * protocol lies there too, as sources and not as a bundled dependency: npm takes what a bundled package depends on for
 * bundled as well, and fetches none of it where it has to lie inside the package.
 */
export async function stageProgram(built: string, packages: string): Promise<string> {
  const [root, daemon, protocol] = await Promise.all(['.', 'daemon', 'protocol'].map(manifestOf));
  const folder = join(packages, root!.name);
  await empty(folder);
  for (const workspace of ['daemon', 'protocol/src']) {
    await cp(join(built, workspace), join(folder, workspace), {
      recursive: true,
      filter: (source) => !source.endsWith('.d.ts'),
    });
  }
  await copyFromRoot(
    [
      'daemon/bin',
      'plugins/page/dist',
      'plugins/photopea/dist',
      'plugins/photopea/plugin.json',
      'plugins/figma/dist',
      'models/demo/model',
      'docs',
      'examples',
      'protocol/openrpc.json',
      'models/demo/README.md',
      'LICENSE',
      'README.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
    ],
    folder,
  );
  await importByPath(join(folder, 'daemon/src'), protocol!, join(folder, 'protocol'));
  const { tsx: _, [protocol!.name]: __, ...dependencies } = daemon!.dependencies;
  await writeManifest(folder, {
    ...root!,
    exports: {},
    bin: { palimpsest: 'daemon/bin/palimpsest.js' },
    dependencies: { ...protocol!.dependencies, ...dependencies },
  });
  return folder;
}

/**
 * Has compiled sources import a workspace from where it lies, not by its name.
 *
 * @param sources folder of the sources.
 * @param workspace what they import.
 * @param place its folder.
 */
async function importByPath(
  sources: string,
  { name, exports = {} }: Workspace,
  place: string,
): Promise<void> {
  const entries = Object.entries(compiledExports(exports)).map(
    ([entry, { default: file }]) => [`${name}${entry.slice(1)}`, join(place, file)] as const,
  );
  for (const path of await readdir(sources, { recursive: true })) {
    if (!path.endsWith('.js')) continue;
    const file = join(sources, path);
    let text = await readFile(file, 'utf8');
    for (const [specifier, target] of entries) {
      const way = relative(dirname(file), target).replaceAll(sep, '/');
      text = text.replaceAll(`'${specifier}'`, `'${way}'`).replaceAll(`"${specifier}"`, `"${way}"`);
    }
    await writeFile(file, text);
  }
}

const manifestOf = async (workspace: string): Promise<Workspace> =>
  JSON.parse(await readFile(join(ROOT, workspace, 'package.json'), 'utf8'));

/** `./src/index.ts` becomes what the compiler made of it, with its types. */
function compiledExports(exports: NonNullable<Workspace['exports']>): NonNullable<Package['exports']> {
  const named = typeof exports === 'string' ? { '.': exports } : exports;
  return Object.fromEntries(
    Object.entries(named).map(([name, source]) => [
      name,
      { types: source.replace(/\.ts$/, '.d.ts'), default: source.replace(/\.ts$/, '.js') },
    ]),
  );
}

/** Writes what a package says of itself; what only the repository needs is left out. */
async function writeManifest(
  folder: string,
  { name, version, description, license, type, engines, bin, exports, dependencies }: Package,
): Promise<void> {
  const said = { name, version, description, license, type, engines, bin, exports, dependencies };
  await writeFile(join(folder, 'package.json'), `${JSON.stringify(said, null, 2)}\n`);
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

async function copyFromRoot(names: readonly string[], folder: string): Promise<void> {
  for (const name of names) await cp(join(ROOT, name), join(folder, name), { recursive: true });
}
