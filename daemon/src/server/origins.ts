/**
 * @file Which names the daemon answers to, and which pages may talk to it.
 *
 * Both lists are matched exactly. The Host list stops DNS rebinding: a page of evil.example that points its own name
 * here still sends that name. The Origin list keeps pages out; it never replaces a token, since any page can send
 * `null`.
 */

/** Pages that hold our plugins. Figma runs a plugin's interface in a frame whose origin is `null`. */
const PLUGIN_ORIGINS = ['null', 'https://www.figma.com', 'https://figma.com'];

const LOOPBACK_NAMES = ['localhost', '127.0.0.1', '[::1]'];

export interface AccessLists {
  allowsHost(host: string | undefined): boolean;
  /** undefined is no page at all: a program, or a request of the daemon's own page. */
  allowsOrigin(origin: string | undefined): boolean;
}

/**
 * @param port the one that the daemon listens on.
 * @param address another address that the user told it to listen on.
 * @param origins other pages that the user lets in.
 */
export function accessLists(port: number, address?: string, origins: readonly string[] = []): AccessLists {
  const names = address === undefined ? LOOPBACK_NAMES : [...LOOPBACK_NAMES, bracketed(address)];
  const hosts = new Set(names.map((name) => `${name}:${port}`));
  const pages = new Set([...PLUGIN_ORIGINS, ...origins, ...[...hosts].map((host) => `http://${host}`)]);
  return {
    allowsHost: (host) => host !== undefined && hosts.has(host.toLowerCase()),
    allowsOrigin: (origin) => origin === undefined || pages.has(origin),
  };
}

const bracketed = (address: string): string => (address.includes(':') ? `[${address}]` : address);
