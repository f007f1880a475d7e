import { confirm } from '../asking/messages.ts';
import type { Flow } from '../context.ts';

export const forgetCommands: Flow = async ({ consent }) => {
  await consent.forget();
  confirm('Forgot all allowed commands');
};

export const forgetSecrets: Flow = async ({ secrets }) => {
  await secrets.forgetAll();
  confirm('Forgot all remembered passwords');
};
