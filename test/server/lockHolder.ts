/** Has the lock of a configuration and a cache folder until it is killed. Arguments: the folders, and a port to tell of. */

import { takeLock } from '../../daemon/src/server/lock.ts';
import { announcement } from './announcement.ts';

const [folder = '', cache = '', port = ''] = process.argv.slice(2);
const lock = await takeLock(folder, cache);
if (port !== '') lock.announce({ ...announcement, port: Number(port) });
process.send?.('held');
process.on('disconnect', () => process.exit());
