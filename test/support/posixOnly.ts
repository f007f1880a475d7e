/** The reason to skip a test on Windows. */
export const posixOnly =
  process.platform === 'win32' && 'needs what Windows lacks: sh, permissions, links or sockets as files';
