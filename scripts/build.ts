import { bundle } from './pack/bundle.ts';

await bundle(new AbortController().signal);
