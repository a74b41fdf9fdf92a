/** @file The folders that become packages: what the compiler wrote, what the bundler wrote, and their package.json. */

import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

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
  readonly bundleDependencies?: readonly string[];
}
type Workspace = Manifest<string | Record<string, string>>;
type Package = Manifest<Record<string, { types: string; default: string }>>;

/**
 * A workspace as a library: its compiled sources under the same names, and exports that point to them.
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
  await copyFromRoot(['LICENSE'], folder);
  return folder;
}

/**
 * The daemon with all that it serves: page and panels, the plugin that Figma imports, the demo model; and what its
 * README points to. Folders lie to each other as in the repository, for the sources find these by their own place. The
 * protocol travels inside.
 */
export async function stageProgram(built: string, packages: string): Promise<string> {
  const [root, daemon, protocol] = await Promise.all(['.', 'daemon', 'protocol'].map(manifestOf));
  const folder = join(packages, root!.name);
  await empty(folder);
  await cp(join(built, 'daemon'), join(folder, 'daemon'), {
    recursive: true,
    filter: (source) => !source.endsWith('.d.ts'),
  });
  await copyFromRoot(
    [
      'daemon/bin',
      'plugins/page/dist',
      'plugins/photopea/dist',
      'plugins/photopea/plugin.json',
      'plugins/figma/dist',
      'models/demo/model',
      'docs',
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
  const inside = await stageLibrary('protocol', built, join(folder, 'node_modules'));
  await rm(join(inside, 'LICENSE'));
  const { tsx: _, ...dependencies } = daemon!.dependencies;
  await writeManifest(folder, {
    ...root!,
    exports: {},
    bin: { palimpsest: 'daemon/bin/palimpsest.js' },
    dependencies: { ...protocol!.dependencies, ...dependencies },
    bundleDependencies: [protocol!.name],
  });
  return folder;
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
async function writeManifest(folder: string, manifest: Package): Promise<void> {
  const {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin,
    exports,
    dependencies,
    bundleDependencies,
  } = manifest;
  const said = {
    name,
    version,
    description,
    license,
    type,
    engines,
    bin,
    exports,
    dependencies,
    bundleDependencies,
  };
  await writeFile(
    join(folder, 'package.json'),
    `${JSON.stringify(said, null, 2)}
`,
  );
}

async function empty(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
}

async function copyFromRoot(names: readonly string[], folder: string): Promise<void> {
  for (const name of names) await cp(join(ROOT, name), join(folder, name), { recursive: true });
}
