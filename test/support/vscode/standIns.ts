/**
 * Plain JavaScript in place of native modules of the VS Code server, by path below a `node_modules`: nothing is
 * compiled when it is installed.
 */
export const standIns: Readonly<Record<string, string>> = {
  // Names are exported one by one: VS Code imports this as a module, and Node must see them without running it.
  '@vscode/spdlog/index.js': `'use strict';
const fs = require('node:fs');
const path = require('node:path');
const levels = ['trace', 'debug', 'info', 'warning', 'error', 'critical'];
class Logger {
  constructor(file) {
    this.file = file;
    this.level = 2;
    this.plain = false;
    fs.mkdirSync(path.dirname(file), { recursive: true });
  }
  getLevel() { return this.level; }
  setLevel(level) { this.level = level; }
  setPattern() {}
  clearFormatters() { this.plain = true; }
  flush() {}
  drop() {}
  write(level, message) {
    if (level < this.level) return;
    const line = this.plain ? message : new Date().toISOString() + ' [' + levels[level] + '] ' + message + '\\n';
    try { fs.appendFileSync(this.file, line); } catch { /* the folder is removed at the end */ }
  }
  trace(message) { this.write(0, message); }
  debug(message) { this.write(1, message); }
  info(message) { this.write(2, message); }
  warn(message) { this.write(3, message); }
  error(message) { this.write(4, message); }
  critical(message) { this.write(5, message); }
}
const create = async (_name, file) => new Logger(file);
exports.version = 0;
exports.setLevel = () => {};
exports.setFlushOn = () => {};
exports.Logger = Logger;
exports.createRotatingLogger = create;
exports.createAsyncRotatingLogger = create;
`,
  // Hashes the password of who logs in; there is none.
  'argon2/argon2.js': `'use strict';\n`,
  'native-watchdog/index.js': watchdog(),
  '@vscode/native-watchdog/index.js': watchdog(),
};

/** Ends the extension host when the server that started it is gone. */
function watchdog(): string {
  return `'use strict';
exports.start = (pid) => {
  setInterval(() => {
    try { process.kill(pid, 0); } catch { process.exit(87); }
  }, 1000).unref();
};
exports.exit = (code) => process.exit(code ?? 0);
`;
}
