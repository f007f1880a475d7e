import type { Flow } from '../context.ts';

/** Switches all forwards off, or the same ones on again. */
export const toggleForwarding: Flow = ({ engine }) => engine.setForwarding(!engine.state.get().isForwarding);
