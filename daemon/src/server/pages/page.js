// @file The daemon's own page: how it does, and the code of a pairing. A plain script, as the protocol's smallest client.

const KEY = 'palimpsest-token';
const element = (id) => document.getElementById(id);
const say = (text) => {
  element('state').textContent = text;
};

const socket = new WebSocket(`ws://${location.host}/rpc`);
const waiting = new Map();
let nextId = 1;

function call(method, params = {}) {
  const id = nextId++;
  socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
  return new Promise((resolve, reject) => waiting.set(id, { resolve, reject }));
}

socket.addEventListener('message', ({ data }) => {
  if (typeof data !== 'string') return;
  const { id, result, error, method, params } = JSON.parse(data);
  if (method === 'pair.changed') showPairing(params.pending);
  if (method === 'job.changed') refresh();
  const call = waiting.get(id);
  waiting.delete(id);
  if (error) call?.reject(error);
  else call?.resolve(result);
});
socket.addEventListener('close', () =>
  say('The connection is gone. Reload this page when the daemon runs again.'),
);
socket.addEventListener('open', () =>
  start().catch(({ message }) => {
    say(message);
  }),
);

/** Swaps the code in the printed link for a token, which stays in this tab. */
async function token() {
  const code = new URLSearchParams(location.hash.slice(1)).get('launch');
  // The code works once; it need not stay in the address.
  history.replaceState(null, '', '/');
  if (code !== null) {
    const granted = await call('pair.launch', { code, name: 'Palimpsest page' });
    sessionStorage.setItem(KEY, granted.token);
  }
  return sessionStorage.getItem(KEY);
}

async function start() {
  const secret = await token();
  if (secret === null) {
    say('Open the link that "palimpsest serve" printed: it lets this page in.');
    return;
  }
  await call('hello', { token: secret, protocol: 1 });
  showPairing((await call('pair.pending')).pending);
  await refresh();
}

async function refresh() {
  const { version, models, engine, queue } = await call('status');
  say(`Version ${version} is running.`);
  element('facts').hidden = false;
  element('models').textContent = models.map(({ name }) => name).join(', ') || 'none is installed';
  element('engine').textContent = `${engine.state}, on ${engine.device}`;
  element('jobs').textContent = `${queue.running} running, ${queue.queued} waiting`;
}

function showPairing(pending) {
  element('pairing').hidden = pending === null;
  if (pending === null) return;
  element('asker').textContent = pending.name;
  element('code').textContent = pending.code;
}
