import type { Flow } from '../context.ts';

/** Switches all forwards off, or the same ones on again. A script may say which. */
export const toggleForwarding: Flow = async ({ engine }, _row, _rows, given) => {
  const isOn = given?.on ?? !engine.state.get().isForwarding;
  await engine.setForwarding(isOn);
  return { kind: 'value', value: isOn };
};
