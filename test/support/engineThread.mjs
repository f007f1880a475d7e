import { register } from 'tsx/esm/api';

// The program of the engine's thread, from its source.
register();
await import('../../src/engine/thread.ts');
