/** @file Files that a person chose, dropped or pasted, as pictures of the document, and what to say about them. */

import { HostError, sentenceOf } from '@palimpsest/sdk';
import { aboutBits, aboutSize } from './fileKinds.ts';
import type { PageDocument } from './pageDocument.ts';
import type { PageHost } from './pageHost.ts';
import { pictureOf } from './pictures.ts';

/** Opens what can be opened, the last of it selected; says of each of the others what it is. */
export async function openFiles(
  files: readonly File[],
  { document, host }: { readonly document: PageDocument; readonly host: PageHost },
): Promise<void> {
  // What was said of an earlier picture is not about these.
  host.notice.value = null;
  const [failures, remarks]: [string[], string[]] = [[], []];
  for (const file of files) {
    try {
      const bytes = await bytesOf(file);
      const picture = await pictureOf(bytes, `“${file.name}”`);
      document.select(document.add(file.name.replace(/\.[^.]+$/, '') || 'Pasted picture', picture).id);
      const about = [aboutSize(`“${file.name}”`, picture), aboutBits(`“${file.name}”`, bytes)];
      remarks.push(...about.filter((remark) => remark !== null));
    } catch (error) {
      failures.push(sentenceOf(error));
    }
  }
  const said = [...failures, ...remarks].join('\n');
  if (said !== '') host.notify(said, failures.length > 0 ? 'error' : 'info');
}

/** @throws {HostError} EDITOR_FAILED for a folder, and for a file that has gone. */
async function bytesOf(file: File): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (cause) {
    throw new HostError(
      'EDITOR_FAILED',
      `“${file.name}” cannot be read: it is a folder, or is not there any more. Open the pictures themselves.`,
      { cause },
    );
  }
}
