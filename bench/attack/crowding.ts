/** @file A process of its own that keeps up as many sockets as it is told: `crowding.ts PORT page|program|halfOpen COUNT`. */

import { connect } from 'node:net';
import { openSocket } from './target.ts';

const [port, kind, count] = process.argv.slice(2);
let stopped = false;
process.once('SIGTERM', () => {
  stopped = true;
  process.exit();
});
// Whatever happens to who started it, it ends.
setTimeout(() => process.exit(), 60_000);

async function keepUp(): Promise<void> {
  while (!stopped) {
    await new Promise<void>((resolve) => {
      if (kind === 'halfOpen') {
        const socket = connect(Number(port), '127.0.0.1');
        socket.on('error', () => {}).on('close', () => resolve());
        return;
      }
      const options = kind === 'page' ? { origin: 'null' } : {};
      void openSocket({ port: Number(port) }, options).then((socket) => {
        if (socket === null || socket.readyState !== socket.OPEN) setTimeout(resolve, 5);
        else socket.once('close', () => resolve());
      });
    });
  }
}
for (let i = 0; i < Number(count); i++) void keepUp();
process.stdout.write('crowding\n');
