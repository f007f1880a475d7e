import './engineThread.mjs';

/** The engine's thread, which crashes when the variable says how. Both threads have the same environment. */
setInterval(() => {
  const how = process.env['ENGINE_CRASH'];
  if (!how) return;
  delete process.env['ENGINE_CRASH'];
  if (how === 'exit') process.exit(1);
  const hoard = [];
  for (;;) hoard.push(Array.from({ length: 100_000 }, () => how));
}, 10);
