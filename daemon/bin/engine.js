// The engine process, started by the supervisor (daemon/src/engine/engineProcess.ts).
import { register } from 'tsx/esm/api';

register();
await import('../src/engine/main.ts');
