/** What Figma is given: the manifest, a script for an engine without a browser around it, and one page. */

import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PORTS } from '@palimpsest/protocol';
import { newQuickJSWASMModule } from 'quickjs-emscripten';
import { beforeAll, describe, expect, it } from 'vitest';
import type { FigmaPrograms, FigmaVm } from './figmaVm.ts';
import { foreignGlobals } from './globals.ts';
import { until } from './openHost.ts';
import { manifest, openFigma, programs } from './programs.ts';

const OF_FIGMA = [
  ...['__html__', '__uiFiles__', 'clearInterval', 'clearTimeout', 'console', 'fetch', 'figma'],
  ...['setInterval', 'setTimeout'],
];
const NAMES = 'Object.getOwnPropertyNames(globalThis).sort().join()';

let built: FigmaPrograms;
beforeAll(async () => {
  built = await programs();
});

async function globalsOf(vm: FigmaVm): Promise<string[]> {
  const names = vm.evaluate(NAMES).split(',');
  vm.close();
  return names;
}

describe("the plugin's script", () => {
  it('runs with the globals that Figma gives, and no others', async () => {
    const context = (await newQuickJSWASMModule()).newContext();
    const bare = context
      .unwrapResult(context.evalCode(NAMES))
      .consume((handle) => context.getString(handle))
      .split(',');
    context.dispose();
    const added = (await globalsOf(await openFigma())).filter((name) => !bare.includes(name));
    expect(added).toEqual(OF_FIGMA);
    expect(bare).not.toContain('TextEncoder');
  });

  it('opens the panel there', async () => {
    const vm = await openFigma();
    vm.runPlugin();
    await until(() => vm.told.length > 0);
    expect(vm.told).toEqual([
      {
        kind: 'showUI',
        detail: { size: built.html.length, width: 360, height: 680, title: 'Palimpsest', themeColors: true },
      },
    ]);
    vm.close();
  });

  it('uses no global that Figma lacks', async () => {
    expect(await foreignGlobals(built.main, await globalsOf(await openFigma()))).toEqual([]);
  });

  it.each([
    'new TextEncoder()',
    'structuredClone({})',
    'document.title',
    'new AbortController()',
    'btoa("")',
  ])('would be caught at %s', async (use) => {
    const vm = await openFigma();
    const [name] = use.match(/(?!new)\b[A-Za-z]+/)!;
    expect(() => vm.evaluate(`${use}; ''`)).toThrow();
    expect(await foreignGlobals(`${built.main}; globalThis.used = ${use};`, await globalsOf(vm))).toEqual([
      name,
    ]);
  });

  it('is small, and so is the page', () => {
    expect(built.main.length).toBeLessThan(60_000);
    expect(built.html.length).toBeLessThan(220_000);
  });
});

describe("the plugin's page", () => {
  it('loads nothing from anywhere', () => {
    const [before, after] = [built.html.indexOf('<script>'), built.html.lastIndexOf('</script>')];
    expect(built.html.slice(0, before) + built.html.slice(after)).not.toMatch(/\b(src|href)=|@import|url\(/);
    expect(built.html.match(/<\/?script/g)).toEqual(['<script', '</script']);
  });
});

describe("the plugin's manifest", () => {
  it("asks for nothing but this machine's own ports", async () => {
    const folder = join(import.meta.dirname, '../../plugins/figma/dist');
    const declared = await manifest();
    const domains = ['ws', 'http'].flatMap((scheme) => PORTS.map((port) => `${scheme}://localhost:${port}`));
    expect(declared).toMatchObject({
      api: '1.0.0',
      editorType: ['figma'],
      documentAccess: 'dynamic-page',
      networkAccess: { allowedDomains: domains, devAllowedDomains: domains, reasoning: expect.any(String) },
      relaunchButtons: [{ command: 'edit', name: 'Edit again' }],
    });
    for (const file of [declared.main, declared.ui]) {
      expect((await readFile(join(folder, String(file)), 'utf8')).length).toBeGreaterThan(0);
    }
    // What is refused when a plugin is published.
    expect(Object.keys(declared)).not.toContain('enableProposedApi');
    expect(Object.keys(declared)).not.toContain('enablePrivatePluginApi');
  });
});
