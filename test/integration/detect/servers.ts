/** A real server, and the expected result of its recognition. */
export interface RealServer {
  readonly name: string;
  readonly debian: string;
  /** The command line. Its program must exist, and runs in its own folder. */
  readonly run: (port: number, folder: string) => readonly [string, ...string[]];
  readonly files?: (port: number, folder: string) => Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** A usual port of dev servers. Absent: any free port. */
  readonly port?: number;
  readonly expect: {
    readonly framework: string;
    readonly role: string;
    readonly scheme?: 'http' | 'https';
    readonly title?: string;
    readonly path?: string;
    readonly isUnasked?: true;
  };
}

/** The npm packages of `npmServers`. */
export const npmPackages = {
  '@11ty/eleventy': '3.1.8',
  express: '5.3.0',
  fastify: '5.12.8',
  'http-server': '14.1.1',
  vite: '8.3.8',
} as const;

const python = '/usr/bin/python3';
const page = '<!doctype html><title>Hello &amp; welcome</title><p>Hello';
const devServer = (framework: string) => ({ framework, role: 'devServer', scheme: 'http' }) as const;

/** The first lines of a Node program that makes its certificate. */
const withCertificate =
  'const { execFileSync } = require("child_process"), fs = require("fs");\n' +
  'execFileSync("openssl", ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=x", "-keyout", "key.pem", "-out", "cert.pem"], { stdio: "ignore" });\n' +
  'const options = { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem") };\n';

export const realServers: readonly RealServer[] = [
  {
    name: 'flask run',
    debian: 'python3-flask',
    files: () => ({
      'app.py': `import flask\napp = flask.Flask(__name__)\n@app.get("/")\ndef index(): return "${page}"\n`,
    }),
    run: (port) => [python, '-m', 'flask', 'run', '--port', `${port}`],
    expect: { ...devServer('flask'), title: 'Hello & welcome' },
  },
  {
    name: 'a Flask application started as a plain script',
    debian: 'python3-flask',
    files: (port) => ({ 'main.py': `import flask\nflask.Flask(__name__).run(port=${port})\n` }),
    run: () => [python, 'main.py'],
    expect: devServer('flask'),
  },
  {
    name: 'manage.py runserver',
    debian: 'python3-django',
    files: () => ({
      'manage.py':
        'import sys\nfrom django.conf import settings\nfrom django.core.management import execute_from_command_line\n' +
        'settings.configure(DEBUG=True, ROOT_URLCONF="urls", SECRET_KEY="x", ALLOWED_HOSTS=["*"])\nexecute_from_command_line(sys.argv)\n',
      'urls.py': 'urlpatterns = []\n',
    }),
    run: (port) => [python, 'manage.py', 'runserver', '--noreload', `${port}`],
    expect: devServer('django'),
  },
  {
    name: 'uvicorn with a FastAPI application without a page at its root',
    debian: 'python3-fastapi python3-uvicorn',
    files: () => ({ 'api.py': 'from fastapi import FastAPI\napp = FastAPI()\n' }),
    run: (port) => [python, '-m', 'uvicorn', 'api:app', '--port', `${port}`],
    expect: { ...devServer('fastapi'), path: '/docs' },
  },
  {
    name: 'gunicorn',
    debian: 'gunicorn',
    files: () => ({ 'wsgi.py': 'def app(environ, start):\n  start("200 OK", [])\n  return [b"hello"]\n' }),
    run: (port) => ['/usr/bin/gunicorn', '--bind', `127.0.0.1:${port}`, 'wsgi:app'],
    expect: devServer('gunicorn'),
  },
  {
    name: 'a Tornado application',
    debian: 'python3-tornado',
    files: (port) => ({
      'main.py': `import tornado.web, tornado.ioloop\ntornado.web.Application([]).listen(${port}, "127.0.0.1")\ntornado.ioloop.IOLoop.current().start()\n`,
    }),
    run: () => [python, 'main.py'],
    expect: devServer('tornado'),
  },
  {
    name: 'an aiohttp application',
    debian: 'python3-aiohttp',
    files: (port) => ({
      'main.py': `from aiohttp import web\nweb.run_app(web.Application(), host="127.0.0.1", port=${port})\n`,
    }),
    run: () => [python, 'main.py'],
    expect: devServer('aiohttp'),
  },
  {
    name: 'python3 -m http.server',
    debian: 'python3',
    files: () => ({ 'index.html': page }),
    run: (port) => [python, '-m', 'http.server', `${port}`],
    expect: { ...devServer('python-http'), title: 'Hello & welcome' },
  },
  {
    // Its backlog is that of a login listener, so it is told by its project folder and its port.
    name: 'a plain WSGI application',
    debian: 'python3',
    port: 8000,
    files: (port) => ({
      'main.py': `from wsgiref.simple_server import make_server, demo_app\nmake_server("127.0.0.1", ${port}, demo_app).serve_forever()\n`,
    }),
    run: () => [python, 'main.py'],
    expect: { ...devServer('python'), isUnasked: true },
  },
  {
    name: 'jupyter notebook',
    debian: 'jupyter-notebook',
    run: (port, folder) => [
      '/usr/bin/jupyter-notebook',
      '--no-browser',
      '--allow-root',
      '--ip=127.0.0.1',
      `--port=${port}`,
      folder,
    ],
    expect: devServer('jupyter'),
  },
  {
    name: 'mkdocs serve',
    debian: 'mkdocs',
    files: () => ({ 'mkdocs.yml': 'site_name: Guide\n', 'docs/index.md': '# Hello\n' }),
    run: (port) => ['/usr/bin/mkdocs', 'serve', '--dev-addr', `127.0.0.1:${port}`],
    expect: { ...devServer('mkdocs'), title: 'Guide' },
  },
  {
    name: 'php -S',
    debian: 'php-cli',
    files: () => ({ 'index.php': page }),
    run: (port) => ['/usr/bin/php', '-S', `127.0.0.1:${port}`],
    expect: { ...devServer('php'), title: 'Hello & welcome' },
  },
  {
    name: 'ruby -run -e httpd',
    debian: 'ruby-webrick',
    run: (port) => ['/usr/bin/ruby', '-run', '-e', 'httpd', '--', '--bind-address=127.0.0.1', `--port=${port}`, '.'],
    expect: devServer('webrick'),
  },
  {
    name: 'a Sinatra application',
    debian: 'ruby-sinatra puma',
    files: (port) => ({ 'app.rb': `require "sinatra"\nset :bind, "127.0.0.1"\nset :port, ${port}\n` }),
    run: () => ['/usr/bin/ruby', 'app.rb'],
    expect: devServer('sinatra'),
  },
  {
    name: 'puma',
    debian: 'puma',
    files: () => ({ 'config.ru': 'run ->(env) { [200, {}, ["hello"]] }\n' }),
    run: (port) => ['/usr/bin/puma', '--bind', `tcp://127.0.0.1:${port}`],
    expect: devServer('puma'),
  },
  {
    name: 'jekyll serve',
    debian: 'jekyll',
    files: () => ({ '_config.yml': 'theme: null\n', 'index.html': `---\n---\n${page}` }),
    run: (port) => ['/usr/bin/jekyll', 'serve', '--no-watch', '--host', '127.0.0.1', '--port', `${port}`],
    expect: { ...devServer('jekyll'), title: 'Hello & welcome' },
  },
  {
    name: 'hugo server',
    debian: 'hugo',
    files: () => ({ 'config.toml': 'title = "Blog"\n', 'layouts/index.html': page }),
    run: (port) => ['/usr/bin/hugo', 'server', '--bind', '127.0.0.1', '--port', `${port}`],
    expect: { ...devServer('hugo'), title: 'Hello & welcome' },
  },
  {
    name: 'a Node.js program',
    debian: 'nodejs',
    files: (port) => ({
      'server.js': `require("http").createServer((q, r) => r.end("hello")).listen(${port}, "127.0.0.1")`,
    }),
    run: () => [process.execPath, 'server.js'],
    expect: devServer('node'),
  },
  {
    name: 'a Node.js program that speaks TLS alone',
    debian: 'nodejs openssl',
    files: (port) => ({
      'server.js':
        withCertificate +
        `require("https").createServer(options, (q, r) => r.end("<title>Secret</title>")).listen(${port}, "127.0.0.1");\n`,
    }),
    run: () => [process.execPath, 'server.js'],
    expect: { ...devServer('node'), scheme: 'https', title: 'Secret' },
  },
  {
    name: 'a Node.js program that speaks HTTP/2 alone',
    debian: 'nodejs openssl',
    files: (port) => ({
      'server.js':
        withCertificate +
        `require("http2").createSecureServer(options).on("stream", (stream) => stream.end("x")).listen(${port}, "127.0.0.1");\n`,
    }),
    run: () => [process.execPath, 'server.js'],
    expect: { ...devServer('node'), scheme: 'https' },
  },
  {
    name: 'a Node.js program that wants a certificate of its clients',
    debian: 'nodejs openssl',
    files: (port) => ({
      'server.js':
        withCertificate +
        `require("https").createServer({ ...options, requestCert: true, rejectUnauthorized: true }, (q, r) => r.end()).listen(${port}, "127.0.0.1");\n`,
    }),
    run: () => [process.execPath, 'server.js'],
    expect: { ...devServer('node'), scheme: 'https' },
  },
  {
    name: "Node's inspector",
    debian: 'nodejs',
    run: (port) => [process.execPath, `--inspect=127.0.0.1:${port}`, '-e', 'setInterval(() => undefined, 1000)'],
    expect: { framework: 'node-inspector', role: 'debugger' },
  },
  {
    name: 'nginx',
    debian: 'nginx-light',
    files: (port, folder) => ({
      'nginx.conf': `daemon off; master_process off; pid nginx.pid; error_log stderr;\nevents {}\nhttp { access_log off; server { listen 127.0.0.1:${port}; root ${folder}; } }\n`,
    }),
    run: (_, folder) => ['/usr/sbin/nginx', '-p', folder, '-c', 'nginx.conf'],
    expect: { framework: 'nginx', role: 'web', scheme: 'http' },
  },
  {
    name: 'Apache',
    debian: 'apache2',
    files: (port, folder) => ({
      'httpd.conf':
        `ServerRoot ${folder}\nServerName localhost\nListen 127.0.0.1:${port}\nPidFile httpd.pid\nErrorLog error.log\nDefaultRuntimeDir ${folder}\n` +
        'LoadModule mpm_event_module /usr/lib/apache2/modules/mod_mpm_event.so\nLoadModule authz_core_module /usr/lib/apache2/modules/mod_authz_core.so\n' +
        `DocumentRoot ${folder}\nUser www-data\n`,
    }),
    run: (_, folder) => ['/usr/sbin/apache2', '-X', '-f', `${folder}/httpd.conf`],
    expect: { framework: 'apache', role: 'web', scheme: 'http' },
  },
  {
    name: 'Caddy',
    debian: 'caddy',
    files: (port) => ({
      Caddyfile: `{\n  admin off\n  auto_https off\n}\nhttp://127.0.0.1:${port}, http://localhost:${port} {\n  bind 127.0.0.1\n  respond "hello"\n}\n`,
    }),
    run: () => ['/usr/bin/caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    expect: { framework: 'caddy', role: 'web', scheme: 'http' },
  },
  {
    name: 'Caddy with a certificate for localhost alone',
    debian: 'caddy',
    files: (port) => ({
      Caddyfile: `{\n  admin off\n  auto_https disable_redirects\n  skip_install_trust\n}\nhttps://localhost:${port} {\n  bind 127.0.0.1\n  tls internal\n  respond "<title>Secret</title>"\n}\n`,
    }),
    run: () => ['/usr/bin/caddy', 'run', '--config', 'Caddyfile', '--adapter', 'caddyfile'],
    expect: { framework: 'caddy', role: 'web', scheme: 'https', title: 'Secret' },
  },
  {
    name: 'Prometheus',
    debian: 'prometheus',
    files: () => ({ 'prometheus.yml': 'global: {}\n' }),
    run: (port) => ['/usr/bin/prometheus', '--config.file=prometheus.yml', `--web.listen-address=127.0.0.1:${port}`],
    expect: { framework: 'prometheus', role: 'web', scheme: 'http' },
  },
  {
    name: 'redis-server',
    debian: 'redis-server',
    run: (port) => ['/usr/bin/redis-server', '--port', `${port}`, '--bind', '127.0.0.1', '--save', ''],
    expect: { framework: 'redis', role: 'database' },
  },
  {
    name: 'memcached',
    debian: 'memcached',
    run: (port) => ['/usr/bin/memcached', '-u', 'root', '-l', '127.0.0.1', '-p', `${port}`],
    expect: { framework: 'memcached', role: 'database' },
  },
];

const node = process.execPath;
const debian = 'nodejs npm';

/** They run in a folder where `npmPackages` are installed. */
export const npmServers: readonly RealServer[] = [
  {
    name: 'an Express application without a page at its root',
    debian,
    files: (port) => ({ 'server.cjs': `require('express')().listen(${port}, '127.0.0.1')` }),
    run: () => [node, 'server.cjs'],
    expect: devServer('express'),
  },
  {
    name: 'a Fastify application without a page at its root',
    debian,
    files: (port) => ({ 'server.cjs': `require('fastify')().listen({ port: ${port} })` }),
    run: () => [node, 'server.cjs'],
    expect: devServer('fastify'),
  },
  {
    name: 'vite',
    debian,
    files: () => ({ 'index.html': page }),
    run: (port) => [node, 'node_modules/.bin/vite', '--port', `${port}`],
    expect: { ...devServer('vite'), title: 'Hello & welcome' },
  },
  {
    name: 'vite preview',
    debian,
    files: () => ({ 'dist/index.html': page }),
    run: (port) => [node, 'node_modules/.bin/vite', 'preview', '--port', `${port}`],
    expect: { ...devServer('vite'), title: 'Hello & welcome' },
  },
  {
    name: 'eleventy --serve',
    debian,
    files: () => ({ 'index.html': page }),
    run: (port) => [node, 'node_modules/.bin/eleventy', '--serve', `--port=${port}`],
    expect: { ...devServer('eleventy'), title: 'Hello & welcome' },
  },
  {
    name: 'http-server',
    debian,
    files: () => ({ 'index.html': page }),
    run: (port) => [node, 'node_modules/.bin/http-server', '-p', `${port}`],
    expect: { ...devServer('serve'), title: 'Hello & welcome' },
  },
];
