/** Where each system wants a user's files, which were kept there by earlier versions too. */

import { afterEach, describe, expect, it, vi } from 'vitest';
import { type UserFolder, userFolder } from '../../daemon/src/files/userFolders.ts';

const platform = process.platform;
afterEach(() => {
  vi.unstubAllEnvs();
  Object.defineProperty(process, 'platform', { value: platform });
});

const VARIABLES = ['PALIMPSEST_CACHE', 'PALIMPSEST_CONFIG', 'PALIMPSEST_DATA', 'APPDATA', 'LOCALAPPDATA'];

function on(system: NodeJS.Platform, env: Readonly<Record<string, string>> = {}): void {
  Object.defineProperty(process, 'platform', { value: system });
  for (const name of [...VARIABLES, 'XDG_CACHE_HOME', 'XDG_CONFIG_HOME', 'XDG_DATA_HOME'])
    vi.stubEnv(name, undefined);
  for (const [name, value] of Object.entries({ HOME: '/home/me', ...env })) vi.stubEnv(name, value);
}

const folders = () => (['cache', 'config', 'data'] satisfies UserFolder[]).map(userFolder);

describe.skipIf(platform === 'win32')("a user's folders", () => {
  it('are those of XDG on Linux', () => {
    on('linux');
    expect(folders()).toEqual([
      '/home/me/.cache/palimpsest',
      '/home/me/.config/palimpsest',
      '/home/me/.local/share/palimpsest',
    ]);
    on('linux', { XDG_CACHE_HOME: '/c', XDG_CONFIG_HOME: 'relative', XDG_DATA_HOME: '' });
    expect(folders()).toEqual([
      '/c/palimpsest',
      '/home/me/.config/palimpsest',
      '/home/me/.local/share/palimpsest',
    ]);
  });

  it('are in the library on macOS', () => {
    on('darwin');
    expect(folders()).toEqual([
      '/home/me/Library/Caches/palimpsest',
      '/home/me/Library/Preferences/palimpsest',
      '/home/me/Library/Application Support/palimpsest',
    ]);
  });

  it('are below those for applications on Windows', () => {
    on('win32', { APPDATA: '/roaming', LOCALAPPDATA: '/local' });
    expect(folders()).toEqual([
      '/local/palimpsest/Cache',
      '/roaming/palimpsest/Config',
      '/local/palimpsest/Data',
    ]);
  });

  it('are those that our variables name, where they name any', () => {
    on('linux', { PALIMPSEST_CACHE: '/mine', PALIMPSEST_CONFIG: '', PALIMPSEST_DATA: 'here' });
    expect(folders()).toEqual(['/mine', '/home/me/.config/palimpsest', 'here']);
  });
});
