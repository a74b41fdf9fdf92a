/** @file Whether it is the browser that keeps the panel from the daemon. */

/** Of browsers since 2026, and their older name for both. */
const PERMISSIONS = ['loopback-network', 'local-network-access'];

/** What is asked of the browser. These permissions are newer than its types. */
interface BrowserGlobals {
  readonly navigator: {
    readonly userAgent: string;
    readonly permissions: { query(permission: { name: string }): Promise<{ readonly state: string }> };
  };
  readonly location: { readonly hostname: string };
}

/**
 * Asked only after a try has failed: the answer alone says nothing. Desktop apps made with Electron answer "denied" though
 * they let everything through, and a page of this machine needs no permission.
 */
export async function connectionsAreBlocked(): Promise<boolean> {
  const { navigator, location } = globalThis as unknown as BrowserGlobals;
  const { userAgent, permissions } = navigator;
  if (/Electron\//.test(userAgent) || /^(localhost|127\.0\.0\.1|\[::1\])$/.test(location.hostname))
    return false;
  for (const name of PERMISSIONS) {
    try {
      const { state } = await permissions.query({ name });
      return state !== 'granted';
    } catch {
      // This browser does not know the name.
    }
  }
  return false;
}
