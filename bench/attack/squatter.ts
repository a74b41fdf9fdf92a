/** @file A program that holds the daemon's port before the daemon does, and plays it. */

import { once } from 'node:events';
import { WebSocketServer } from 'ws';
import { honestClient } from './target.ts';

export async function attackTokens(): Promise<string[]> {
  const token = `${'c0ffee'.repeat(10)}abcd`;
  const fake = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(fake, 'listening');
  const address = fake.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  let heard = '';
  fake.on('connection', (socket, { url = '', headers }) => {
    heard += url + JSON.stringify(headers);
    socket.on('message', (data) => {
      heard += String(data);
      socket.close();
    });
  });
  await honestClient({ port, token } as Parameters<typeof honestClient>[0]).catch(() => null);
  fake.close();
  return [
    `a program in the daemon's place ${heard.includes(token) ? 'is told the token' : 'is not told the token'}`,
  ];
}
