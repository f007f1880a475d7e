import type { Flow } from '../context.ts';

/** Switches all forwards off, or the same ones on again. */
export const toggleForwarding: Flow = ({ sessions }) => sessions.setForwarding(!sessions.state.get().isForwarding);
