/** @file A daemon whose output nobody reads, or nobody can be given. */

import { request } from 'node:http';
import { somePort, startDaemon } from '../../test/server/daemon.ts';
import { lives, openSocket, send, sleep } from './target.ts';

const REFUSED = 5000;

export async function attackOutput(): Promise<string[]> {
  const gone = await startDaemon(somePort());
  gone.child.stdout!.destroy();
  gone.child.stderr!.destroy();
  await sleep(200);
  const socket = await openSocket(gone);
  if (socket !== null) send(socket, 'pair.request', { name: 'stranger' }, 1);
  await refused(gone.port, 20);
  await sleep(500);
  const survives = await lives(gone);
  await gone.kill();

  const unread = await startDaemon(somePort());
  unread.child.stderr!.pause();
  const answered = await refused(unread.port, REFUSED);
  const alive = await lives(unread);
  await unread.kill();
  return [
    `a pairing at a daemon whose output is gone: it ${survives ? 'lives on' : 'ends'}`,
    `${REFUSED} refused requests with an unread stderr: ${answered} answered, then it ${alive ? 'answers' : 'hangs'}`,
  ];
}

/** How many of so many requests with a wrong Host are answered. */
async function refused(port: number, count: number): Promise<number> {
  let answered = 0;
  for (let i = 0; i < count; i++) {
    const ok = await new Promise<boolean>((resolve) => {
      const headers = { host: 'evil.example' };
      request(
        { host: '127.0.0.1', port, path: `/${'x'.repeat(200)}`, headers, timeout: 5000 },
        (response) => {
          response.resume().on('end', () => resolve(true));
        },
      )
        .on('timeout', function (this: { destroy(): void }) {
          this.destroy();
        })
        .on('error', () => resolve(false))
        .end();
    });
    if (!ok) return answered;
    answered++;
  }
  return answered;
}
