import assert from 'node:assert/strict';
import { PassThrough, Duplex } from 'node:stream';
import { test } from 'node:test';
import { dialAddress } from '../../../src/core/detect/dialAddress.ts';
import { frameworks } from '../../../src/core/detect/identify/frameworks.ts';
import { isComplete, parseHttp } from '../../../src/core/detect/identify/http.ts';
import { identify } from '../../../src/core/detect/identify/identify.ts';
import { judge } from '../../../src/core/detect/identify/judge.ts';
import { isAskable, mayAsk } from '../../../src/core/detect/identify/question.ts';
import { probe, type ProbeAnswer } from '../../../src/core/detect/identify/probe.ts';
import type { RemotePort } from '../../../src/core/detect/remotePort.ts';

function running(
  command: string,
  port = 40_000,
  { cwd, ...change }: Partial<RemotePort> & { readonly cwd?: string } = {},
): RemotePort {
  const commandLine = command.split(' ');
  return {
    port,
    addresses: ['127.0.0.1'],
    owner: 'self',
    process: { pid: 7, name: commandLine[0] ?? '', commandLine, ...(cwd && { workingDirectory: cwd }) },
    ...change,
  };
}

function page(body: string, headers: Readonly<Record<string, string>> = {}, status = 200): ProbeAnswer {
  return { kind: 'http', scheme: 'http', answer: { status, headers: new Map(Object.entries(headers)), body } };
}

/** Recognition by the command line alone: no request was sent, or the server is still starting. */
const commands: readonly (readonly [command: string, framework: string])[] = [
  ['/usr/bin/python3 /home/ada/.venv/bin/flask run', 'flask'],
  ['python manage.py runserver 0:8000', 'django'],
  ['/usr/bin/python3 /usr/bin/fastapi dev main.py', 'fastapi'],
  ['/usr/bin/python3 -m http.server', 'python-http'],
  ['/opt/venv/bin/python /opt/venv/bin/jupyter-lab --no-browser', 'jupyter'],
  ['python -m streamlit run app.py', 'streamlit'],
  ['/usr/bin/python3 /usr/bin/sphinx-autobuild docs out', 'sphinx'],
  ['python /venv/bin/tensorboard --logdir runs', 'tensorboard'],
  ['python /venv/bin/mlflow ui', 'mlflow'],
  ['node /app/node_modules/.bin/vite --port 3000', 'vite'],
  ['next-server (v15.1.0)', 'next'],
  ['node /app/node_modules/.bin/next dev', 'next'],
  ['node /app/node_modules/.bin/nuxi dev', 'nuxt'],
  ['node /app/node_modules/.bin/astro dev', 'astro'],
  ['node /app/node_modules/@angular/cli/bin/ng serve', 'angular'],
  ['node /app/node_modules/react-scripts/scripts/start.js', 'create-react-app'],
  ['node /app/node_modules/.bin/vue-cli-service serve', 'vue-cli'],
  ['node /app/node_modules/.bin/webpack serve', 'webpack'],
  ['node /app/node_modules/.bin/parcel index.html', 'parcel'],
  ['node /app/node_modules/.bin/gatsby develop', 'gatsby'],
  ['node /app/node_modules/.bin/storybook dev', 'storybook'],
  ['node /app/node_modules/.bin/docusaurus start', 'docusaurus'],
  ['node /app/node_modules/.bin/eleventy --serve', 'eleventy'],
  ['node /app/node_modules/.bin/expo start', 'metro'],
  ['node /app/node_modules/.bin/nest start --watch', 'nest'],
  ['ruby bin/rails server', 'rails'],
  ['/usr/bin/php artisan serve', 'laravel'],
  ['/usr/bin/symfony server:start', 'symfony'],
  ['php -S localhost:8000', 'php'],
  ['hugo server -D', 'hugo'],
  ['java -cp x org.springframework.boot.loader.JarLauncher', 'spring'],
  ['java -jar quarkus-run.jar', 'quarkus'],
  ['java org.apache.catalina.startup.Bootstrap start', 'tomcat'],
  ['/usr/lib/erlang/bin/beam.smp -- mix phx.server', 'phoenix'],
  ['dotnet run', 'aspnet'],
  ['/tmp/go-build123/b001/exe/main', 'go'],
  ['target/debug/api', 'rust'],
  ['nginx: master process /usr/sbin/nginx', 'nginx'],
  ['/home/ada/.vscode-server/bin/abc/node out/server-main.js', 'vscode-server'],
  ['/root/.cursor-server/cli/servers/Stable-1/server/node out/server-main.js', 'vscode-server'],
  ['/home/ada/.newest-server/bin/abc/node out/server-main.js', 'vscode-server'],
  ['python -m ipykernel_launcher -f kernel.json', 'jupyter-kernel'],
  ['/usr/bin/python3 /ext/debugpy/adapter --port 5678', 'debugpy'],
  ['/usr/lib/postgresql/16/bin/postgres -D /var/lib/postgresql', 'postgresql'],
  ['/usr/sbin/mysqld', 'mysql'],
  ['redis-server *:6379', 'redis'],
  ['/usr/bin/mongod --config /etc/mongod.conf', 'mongodb'],
  ['sshd: /usr/sbin/sshd -D [listener] 0 of 10-100 startups', 'ssh'],
  ['sshd-session: ada@notty', 'ssh'],
];

for (const [command, framework] of commands) {
  void test(`${command} is ${framework}`, () => {
    assert.equal(judge(running(command)).framework, framework);
  });
}

/** Recognition by the server's own answer. */
const answers: readonly (readonly [framework: string, answer: ProbeAnswer])[] = [
  ['flask', page('', { server: 'Werkzeug/3.0.1 Python/3.12.1' })],
  ['dash', page('<div id="react-entry-point">', { server: 'Werkzeug/3.0.1 Python/3.12.1' })],
  ['django', page('<input name="csrfmiddlewaretoken">', { server: 'gunicorn' })],
  ['fastapi', page('{"detail":"Not Found"}', { server: 'uvicorn' }, 404)],
  ['streamlit', page('<title>Streamlit</title>', { server: 'TornadoServer/6.4' })],
  ['gradio', page('<script>window.gradio_config = {}</script>', { server: 'uvicorn' })],
  ['tensorboard', page('<title>TensorBoard</title>', { server: 'TensorBoard' })],
  ['mlflow', page('<title>MLflow</title>', { server: 'gunicorn' })],
  ['vite', page('<script type="module" src="/@vite/client"></script>')],
  ['sveltekit', page('<body data-sveltekit-preload-data="hover"><script src="/@vite/client">')],
  ['nuxt', page('<div id="__nuxt"></div><script src="/@vite/client">')],
  ['next', page('', { 'x-powered-by': 'Next.js' })],
  ['angular', page('<app-root></app-root><script src="/@vite/client">')],
  ['remix', page('<script>window.__remixContext = {}</script><script src="/@vite/client">')],
  ['create-react-app', page('content="Web site created using create-react-app"', { 'x-powered-by': 'Express' })],
  ['gatsby', page('<div id="___gatsby">')],
  ['storybook', page('<script src="./sb-manager/runtime.js">', { 'x-powered-by': 'Express' })],
  ['docusaurus', page('<div id="__docusaurus">')],
  ['express', page('Cannot GET /', { 'x-powered-by': 'Express' }, 404)],
  ['nest', page('{"message":"Cannot GET /","error":"Not Found","statusCode":404}', { 'x-powered-by': 'Express' }, 404)],
  ['fastify', page('{"message":"Route GET:/ not found","error":"Not Found","statusCode":404}', {}, 404)],
  ['rails', page('', { 'x-runtime': '0.012345' })],
  ['laravel', page('', { 'x-powered-by': 'PHP/8.3.1', 'set-cookie': 'XSRF-TOKEN=x' })],
  ['spring', page('<h1>Whitelabel Error Page</h1>', {}, 404)],
  ['tomcat', page('<title>Apache Tomcat/10.1</title>')],
  ['phoenix', page('<meta name="csrf-token"><div data-phx-main>', { server: 'Cowboy' })],
  ['aspnet', page('', { server: 'Kestrel' })],
  ['go', page('404 page not found\n', {}, 404)],
  ['grafana', page('window.grafanaBootData = {}')],
  ['elasticsearch', page('{"tagline" : "You Know, for Search"}')],
  ['minio', page('', { server: 'MinIO' }, 403)],
  ['rabbitmq-management', page('<title>RabbitMQ Management</title>')],
  ['docker', page('{"message":"page not found"}', { server: 'Docker/27.0 (linux)' }, 404)],
  ['live-server', page('<!-- Code injected by live-server -->')],
  ['mysql', { kind: 'other', text: 'J\0\0\0\n8.0.36\0' }],
  ['mongodb', page('It looks like you are trying to access MongoDB over HTTP on the native driver port.\r\n')],
  ['redis', { kind: 'other', text: "-ERR wrong number of arguments for 'get' command\r\n" }],
  ['ssh', { kind: 'other', text: 'SSH-2.0-OpenSSH_9.2\r\n' }],
  ['debugpy', { kind: 'other', text: 'Content-Length: 10\r\n\r\n{"type":"event"}' }],
];

for (const [framework, answer] of answers) {
  void test(`${framework} is recognised by its answer`, () => {
    assert.equal(judge({ port: 40_000, addresses: ['127.0.0.1'] }, answer).framework, framework);
  });
}

void test('every row of the table has a unique id and some evidence', () => {
  const ids = frameworks.map(({ id }) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.length >= 40);
  for (const { id, headers, answer, title, command, commandAt, ports } of frameworks) {
    assert.ok(headers ?? answer ?? title ?? command ?? commandAt ?? ports, id);
  }
});

void test('the answer outweighs the command line, and both outweigh the port number', () => {
  const nginx = page('', { server: 'nginx/1.22' });
  assert.equal(judge(running('/usr/bin/python3 -m flask run', 5432)).framework, 'flask');
  assert.equal(judge(running('/usr/bin/node proxy.js', 5432), nginx).framework, 'nginx');
});

void test('the port number alone names a database, and never a web server', () => {
  assert.equal(judge({ port: 5432, addresses: ['::'] }).framework, 'postgresql');
  assert.equal(judge({ port: 5432, addresses: ['::'] }).evidence, 'port');
  assert.equal(judge({ port: 8000, addresses: ['::'] }).framework, 'unknown');
});

void test('an unknown page is a dev server in a project folder, and a web server elsewhere', () => {
  const remotePort = running('./server');
  const at = (workingDirectory: string): RemotePort => ({
    ...remotePort,
    process: { pid: 7, name: 'server', commandLine: ['./server'], workingDirectory },
  });
  assert.equal(judge(at('/home/ada/project'), page('hello')).role, 'devServer');
  assert.equal(judge(at('/'), page('hello')).role, 'web');
  assert.equal(judge({ ...at('/home/eve'), owner: 'other' }, page('hello')).role, 'web');
});

void test('a program in a known language is a dev server only if it serves a page', () => {
  assert.equal(judge(running('node server.js')).role, 'unknown');
  assert.equal(judge(running('node server.js'), page('hello')).role, 'devServer');
});

void test('a silent program on a dev server port, in a project folder, is a starting dev server', () => {
  const at = (command: string, port: number, workingDirectory = '/home/ada/project'): RemotePort => {
    const remotePort = running(command, port);
    return { ...remotePort, ...(remotePort.process && { process: { ...remotePort.process, workingDirectory } }) };
  };
  const silent: ProbeAnswer = { kind: 'nothing' };
  assert.equal(judge(at('python3 app.py', 5000), silent).role, 'devServer');
  assert.equal(judge(at('python3 app.py', 5000)).role, 'devServer');
  assert.equal(judge(at('node server.js', 3000), silent).scheme, 'http');
  assert.equal(judge(at('node server.js', 3000), { kind: 'other', text: '' }).role, 'unknown');
  assert.equal(judge(at('python3 train.py', 29_500), silent).role, 'unknown');
  assert.equal(judge(at('python3 /usr/bin/service', 5000, '/'), silent).role, 'unknown');
  assert.equal(judge({ ...at('python3 app.py', 5000), owner: 'other' }, silent).role, 'unknown');
});

void test('the title is the page’s own, with character references, whatever surrounds it', () => {
  const titles: readonly (readonly [body: string, title: string | undefined])[] = [
    ['<title>R&eacute;sum&eacute; &#8212; caf&#xE9; &#x1F600; &rarr;</title>', 'Résumé — café 😀 →'],
    ['<title>a &#150; b &unknown; &#0; &#xD800;</title>', 'a – b &unknown; &#0; &#xD800;'],
    ['<svg><title>Logo</title></svg><title>App</title>', 'App'],
    ['<svg viewBox="0"><g><title>Logo</title></g></svg>', undefined],
    ['<!-- <title>old</title> --><script>"<title>x</title>"</script><title>App</title>', 'App'],
  ];
  for (const [body, title] of titles) assert.equal(judge(running('x'), page(body)).title, title, body);
});

void test('a page is read in the charset that its header, or else the page itself, names', () => {
  const read = (type: string, body: Buffer): string | undefined => {
    const answer = parseHttp(Buffer.concat([Buffer.from(`HTTP/1.1 200 OK\r\nContent-Type: ${type}\r\n\r\n`), body]));
    return answer && judge(running('x'), { kind: 'http', scheme: 'http', answer }).title;
  };
  const latin1 = Buffer.from('<title>Übung</title>', 'latin1');
  assert.equal(read('text/html; charset=iso-8859-1', latin1), 'Übung');
  const shiftJis = Buffer.concat([Buffer.from('<title>'), Buffer.from('93fa967b', 'hex'), Buffer.from('</title>')]);
  assert.equal(read('text/html;charset="Shift_JIS"', shiftJis), '日本');
  assert.equal(read('text/html', Buffer.concat([Buffer.from('<meta charset=windows-1252>'), latin1])), 'Übung');
  const http = Buffer.from('<meta http-equiv="Content-Type" content="text/html; charset=iso-8859-1">');
  assert.equal(read('text/html', Buffer.concat([http, latin1])), 'Übung');
  assert.equal(read('text/html; charset=windows-1252', Buffer.from('<title>\x80 \x96</title>', 'latin1')), '€ –');
  assert.equal(read('text/html; charset=none-such', Buffer.from('<title>Übung</title>')), 'Übung');
  assert.equal(read('text/html', Buffer.from('\uFEFF<title>Übung</title>', 'utf16le')), 'Übung');
});

void test('if / answers 404, the framework’s path is opened', () => {
  const api = running('uvicorn api:app');
  assert.equal(judge(api, page('{"detail":"Not Found"}', {}, 404)).path, '/docs');
  assert.equal(judge(api, page('hello', { server: 'uvicorn' })).path, undefined);
});

void test('a title is one line of at most 100 characters without control characters', () => {
  const title = (text: string): string | undefined => judge(running('x'), page(`<title>${text}</title>`)).title;
  assert.equal(title(' My\n app \u202E&amp; \u0007more '), 'My app & more');
  assert.equal(title('a'.repeat(500)), 'a'.repeat(100));
  assert.equal(title('  '), undefined);
});

void test('databases and sshd get no request, by command line or by port number', async () => {
  assert.equal(isAskable(running('redis-server *:7000', 7000)), false);
  assert.equal(isAskable({ port: 22, addresses: ['::'] }), false);
  assert.equal(isAskable({ port: 3306, addresses: ['::'] }), false);
  assert.equal(isAskable(running('python3 -m flask run', 6379)), true);
  const dial = (): Promise<never> => assert.fail('it was asked');
  const program = await identify(
    { remotePort: running('redis-server *:1', 1), dial, occasion: 'asked' },
    AbortSignal.timeout(5000),
  );
  assert.equal(program.role, 'database');
});

void test('a word among the arguments does not change the program', () => {
  const page200 = page('<title>My app</title>');
  for (const command of [
    'node server.js --provider ollama',
    'node server.js --db postgres://ada@localhost:5432/postgres',
    'node server.js prometheus',
    'node /home/ada/nginx-demo/server.js',
    'python3 app.py --store /var/lib/redis-server',
    'python3 relay.py nc',
  ]) {
    assert.equal(isAskable(running(command)), true, command);
    assert.equal(judge(running(command), page200).role, 'devServer', command);
  }
});

void test('a program that ends after one client gets no request', () => {
  for (const [command, framework] of [
    ['nc -l -p 4000', 'netcat'],
    ['/bin/nc.openbsd -l 4000', 'netcat'],
    ['socat TCP-LISTEN:4000 EXEC:cat', 'netcat'],
    ['gdbserver :2345 ./a.out', 'gdbserver'],
    ['/home/ada/go/bin/dlv debug --headless --listen=:2345', 'delve'],
    ['openocd -f board.cfg', 'openocd'],
  ] as const) {
    assert.equal(isAskable(running(command)), false, command);
    assert.equal(judge(running(command)).framework, framework, command);
  }
});

void test('the debugger port of a process gets no request, its other ports do', () => {
  const jdwp = '-agentlib:jdwp=transport=dt_socket,server=y,suspend=n';
  for (const [command, port, framework] of [
    [`java ${jdwp},address=5005 org.springframework.boot.loader.JarLauncher`, 5005, 'jdwp'],
    [`java ${jdwp},address=*:5005 -jar app.jar`, 5005, 'jdwp'],
    ['java -Xdebug -Xrunjdwp:transport=dt_socket,address=127.0.0.1:8000,server=y Main', 8000, 'jdwp'],
    ['qemu-system-x86_64 -s -nic user,hostfwd=tcp::8080-:80', 1234, 'qemu'],
    ['/usr/bin/qemu-system-arm -serial tcp::4444,server,nowait', 4444, 'qemu'],
  ] as const) {
    assert.equal(isAskable(running(command, port)), false, command);
    assert.deepEqual(judge(running(command, port)).framework, framework, command);
    assert.equal(judge(running(command, port)).role, 'debugger', command);
  }
  assert.equal(isAskable(running(`java ${jdwp},address=5005 -jar app.jar`, 8080)), true);
  assert.equal(isAskable(running('qemu-system-x86_64 -s -nic user,hostfwd=tcp::8080-:80', 8080)), true);
  assert.equal(isAskable(running('qemu-system-x86_64 -nic user,hostfwd=tcp:127.0.0.1:8080-:80', 8080)), true);
});

void test('a server that waits for a login gets no request, because it may serve one request only', () => {
  for (const command of [
    'python3 /usr/lib/google-cloud-sdk/lib/gcloud.py auth login',
    'python3 lib/gcloud.py auth application-default login --quiet',
    'python3 lib/gcloud.py init',
    'python3 -m azure.cli login',
    'python3 /usr/bin/aws sso login --profile dev',
    'node /usr/bin/wrangler login',
    'node /usr/bin/sf org login web',
    'gh auth refresh',
    'kubectl-oidc_login get-token',
    'rclone authorize drive',
  ]) {
    assert.equal(isAskable(running(command)), false, command);
    assert.equal(judge(running(command)).framework, 'login', command);
  }
  for (const command of ['flask --app login run', 'node login.js', 'node /srv/login/server.js']) {
    assert.equal(isAskable(running(command)), true, command);
  }
});

void test('the end of a tunnel gets no request: it would reach another machine', () => {
  for (const [command, framework] of [
    ['ssh -N -L 5432:db:5432 bastion', 'ssh-tunnel'],
    ['ssh: /home/ada/.ssh/cm-bastion [mux]', 'ssh-tunnel'],
    ['/usr/bin/autossh -M 0 -L 8080:web:80 bastion', 'ssh-tunnel'],
    ['kubectl port-forward svc/web 8080:80', 'kubernetes-tunnel'],
    ['/usr/local/bin/kubectl-1.31 port-forward pod/db 3000:5432', 'kubernetes-tunnel'],
    ['oc port-forward pod/web 8080', 'kubernetes-tunnel'],
    ['cloudflared access tcp --hostname db --url localhost:8080', 'tunnel'],
    ['./cloud_sql_proxy -instances=p:r:i=tcp:3000', 'tunnel'],
    ['cloud-sql-proxy.linux.amd64 p:r:i', 'tunnel'],
    ['session-manager-plugin {} eu-west-1 StartSession', 'tunnel'],
    ['python3 -S /opt/gcloud/lib/gcloud.py compute start-iap-tunnel vm 22 --local-host-port=localhost:8080', 'tunnel'],
    ['python3 -m azure.cli network bastion tunnel --port 8080', 'tunnel'],
  ] as const) {
    const port = running(command, 8080, { backlog: 4096 });
    assert.equal(mayAsk(port, 'asked'), false, command);
    const { framework: found, role, scheme } = judge(port);
    assert.deepEqual([found, role, scheme], [framework, 'unknown', undefined], command);
  }
  assert.equal(isAskable(running('node server.js ssh')), true);
});

void test('the listener of an ssh -R gets no request: its socket is ours and its process is hidden', () => {
  const tunnel: RemotePort = { port: 8900, addresses: ['127.0.0.1', '::1'], owner: 'self', backlog: 128 };
  assert.equal(mayAsk(tunnel, 'asked'), false);
  const { backlog: _, ...untold } = tunnel;
  assert.equal(mayAsk(untold, 'asked'), false, 'no tool tells the backlog');
});

void test('a server of ours that hides its process is a dev server, told by its user and its backlog', () => {
  const hidden: RemotePort = { port: 8900, addresses: ['127.0.0.1'], owner: 'self', backlog: 511 };
  assert.equal(mayAsk(hidden, 'seen'), true, 'node with a file capability');
  assert.equal(mayAsk({ ...hidden, addresses: ['::'], backlog: 128 }, 'seen'), true, 'pasta of a rootless Podman');
  assert.equal(mayAsk({ ...hidden, backlog: 1 }, 'seen'), false, 'a debugger');
  assert.equal(judge(hidden, page('hello')).role, 'devServer');
});

/** Programs that are only seen, and whether they get a request. */
const seen: readonly (readonly [name: string, mayBeAsked: boolean, port: RemotePort])[] = [
  ['flask run', true, running('flask run', 5000, { backlog: 128 })],
  ['flask run at a port of the ephemeral range', true, running('flask run', 45_000, { backlog: 128 })],
  ['python3 -m http.server, with its small backlog', true, running('python3 -m http.server', 8000, { backlog: 5 })],
  ['a known server without a backlog', true, running('node node_modules/.bin/vite', 5173)],
  ['the debugger of a Flask server, on a port of its own', false, running('flask run', 4000, { backlog: 1 })],
  ['the Ruby debugger of a Rails server', false, running('ruby bin/rails server', 12_345, { backlog: 4096 })],
  ['a Node program', true, running('node server.js', 9999, { backlog: 511 })],
  ['a login of a Node program, at an ephemeral port', false, running('node cli.js', 45_000, { backlog: 511 })],
  ['a Go program that logs in, at an ephemeral port', false, running('/tmp/go-build1/main', 45_000, { backlog: 4096 })],
  ['a program without a backlog, at any port', false, running('node server.js', 9999)],
  ['rpdb', false, running('python3 app.py', 4444, { backlog: 1 })],
  ['pdb behind a socket with Python’s own backlog', false, running('python3 app.py', 4444, { backlog: 128 })],
  ['rdb of Celery', false, running('python3 -m celery -A app worker', 6900, { backlog: 1 })],
  ['Swank', false, running('sbcl --load start.lisp', 4005, { backlog: 5 })],
  ['a login of a Python program', false, running('python3 cli.py', 8085, { backlog: 5 })],
  ['a project’s program at a usual port', true, running('python3 app.py', 8000, { cwd: '/home/ada/app' })],
  ['the same with a backlog of ten', true, running('python3 app.py', 8000, { cwd: '/home/ada/app', backlog: 10 })],
  [
    'a login of a script, at a usual port',
    false,
    running('python3 app.py', 8080, { cwd: '/home/ada/app', backlog: 5 }),
  ],
  ['a server of root', false, running('flask run', 5000, { backlog: 128, owner: 'root' })],
  ['a server of another user', false, running('flask run', 5000, { backlog: 128, owner: 'other' })],
  [
    'the server of an editor',
    false,
    running('/home/a/.vscode-server/bin/1/node out/server-main.js', 3000, { backlog: 511 }),
  ],
  ['Windows at a usual port', true, { port: 3000, addresses: ['::'], process: { pid: 7, name: '' } }],
  ['Windows at another port', false, { port: 9876, addresses: ['::'], process: { pid: 7, name: '' } }],
];

for (const [name, expected, port] of seen) {
  void test(`${name} is ${expected ? 'asked when it is seen' : 'not asked unless the user wants it'}`, () => {
    assert.equal(mayAsk(port, 'seen'), expected);
  });
}

void test('a forward by hand asks the user’s own program, but no debugger and nobody else’s program', () => {
  assert.equal(mayAsk(running('python3 app.py', 45_000, { backlog: 5 }), 'wanted'), true);
  assert.equal(mayAsk(running('python3 app.py', 45_000, { backlog: 1 }), 'wanted'), false);
  assert.equal(mayAsk(running('flask run', 5000, { owner: 'other' }), 'wanted'), false);
  assert.equal(mayAsk(running('flask run', 5000, { owner: 'other' }), 'asked'), true);
});

void test('a program that was not asked is marked so, unless a question makes no sense', async () => {
  const dial = (): Promise<never> => assert.fail('it was asked');
  const found = (remotePort: RemotePort) => identify({ remotePort, dial, occasion: 'seen' }, AbortSignal.timeout(5000));
  const login = await found(running('python3 cli.py', 45_000, { backlog: 5 }));
  assert.deepEqual([login.isUnasked, login.role], [true, 'unknown']);
  assert.equal((await found(running('redis-server *:6379', 6379))).isUnasked, undefined);
  assert.equal((await found(running('ssh -L 8080:db:80 x', 8080))).isUnasked, undefined);
});

void test('a second port of a dev server counts as no page until its program is asked', () => {
  assert.equal(judge(running('flask run', 4444, { backlog: 1 })).role, 'unknown');
  assert.equal(judge(running('/tmp/go-build1/main', 45_000, { backlog: 4096 })).scheme, undefined);
});

void test('a project’s program with a small backlog, at a usual port, is a dev server without a question', () => {
  const port = running('python3 app.py', 8000, { cwd: '/home/ada/app', backlog: 5 });
  const { role, scheme } = judge(port);
  assert.deepEqual([role, scheme], ['devServer', 'http']);
  assert.equal(judge({ ...port, backlog: 1 }).role, 'unknown', 'a debugger');
});

void test('a server that answers WebSocket handshakes alone is no page', () => {
  const { framework, role, scheme } = judge(running('node node_modules/.bin/vite'), page('', {}, 426));
  assert.deepEqual([framework, role, scheme], ['websocket', 'devServer', undefined]);
});

void test('LiveReload gets no request, and is no page', () => {
  const port = running('jekyll serve --livereload', 35_729, { backlog: 4096 });
  assert.equal(mayAsk(port, 'asked'), false);
  const { framework, role, scheme } = judge(port);
  assert.deepEqual([framework, role, scheme], ['livereload', 'devServer', undefined]);
});

void test('a server that refuses us after its TLS handshake keeps its scheme', () => {
  const refused: ProbeAnswer = { kind: 'other', text: '', scheme: 'https' };
  const { role, scheme } = judge(running('node server.js'), refused);
  assert.deepEqual([role, scheme], ['devServer', 'https']);
  assert.equal(judge({ port: 8443, addresses: ['::'] }, refused).scheme, 'https');
});

void test('with the probe off, no request is sent', async () => {
  const dial = (): Promise<never> => assert.fail('it was asked');
  const program = await identify(
    { remotePort: running('flask run'), dial, occasion: undefined },
    AbortSignal.timeout(5000),
  );
  assert.deepEqual([program.framework, program.evidence], ['flask', 'commandLine']);
});

void test('an unreachable server is recognised by its command line', async () => {
  const dial = (): Promise<never> => Promise.reject(new Error('refused'));
  const program = await identify(
    { remotePort: running('flask run'), dial, occasion: 'asked' },
    AbortSignal.timeout(5000),
  );
  assert.equal(program.framework, 'flask');
});

void test('a server that closes without an answer is no starting dev server', { timeout: 10_000 }, async () => {
  const dial = async (): Promise<Duplex> => {
    const hangUp = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
    queueMicrotask(() => hangUp.push(null));
    return hangUp;
  };
  const heard = await probe(dial, 5000, AbortSignal.timeout(8000));
  assert.deepEqual(heard, { kind: 'other', text: '' });
});

void test(
  'the connection is closed after the whole answer, even if the server keeps it open',
  { timeout: 10_000 },
  async () => {
    const toClient = new PassThrough();
    const stream = Duplex.from({ readable: toClient, writable: new PassThrough().resume() });
    toClient.write('HTTP/1.1 200 OK\r\nServer: Werkzeug/3\r\nContent-Length: 2\r\n\r\nhi');
    const dial = async (): Promise<Duplex> => stream;
    const program = await identify({ remotePort: running('x'), dial, occasion: 'asked' }, AbortSignal.timeout(8000));
    assert.equal(program.framework, 'flask');
    assert.ok(stream.destroyed);
  },
);

void test('an endless answer is cut off at 64 KiB', { timeout: 10_000 }, async () => {
  let sent = 0;
  const stream = new Duplex({
    read() {
      sent += 16_384;
      this.push(Buffer.alloc(16_384, 'x'));
    },
    write: (_chunk, _encoding, done) => done(),
  });
  const program = await identify(
    { remotePort: running('x'), dial: async () => stream, occasion: 'asked' },
    AbortSignal.timeout(8000),
  );
  assert.equal(program.framework, 'unknown');
  assert.ok(stream.destroyed);
  assert.ok(sent < 1 << 20);
});

void test('an abort ends identify with the reason of the signal', async () => {
  const reason = new Error('enough');
  const abort = new AbortController();
  const dial = (): Promise<Duplex> => new Promise(() => queueMicrotask(() => abort.abort(reason)));
  await assert.rejects(identify({ remotePort: running('x'), dial, occasion: 'asked' }, abort.signal), reason);
});

void test('a chunked answer is joined, even without its end', () => {
  const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n';
  const whole = Buffer.from(`${head}4\r\n<tit\r\n5;x=y\r\nle>ab\r\n0\r\n\r\n`);
  assert.equal(parseHttp(whole)?.body, '<title>ab');
  assert.equal(parseHttp(whole.subarray(0, -8))?.body, '<title>a');
  assert.equal(isComplete(whole), true);
  assert.equal(isComplete(whole.subarray(0, -1)), false);
});

void test('the dialled address is one on which the server listens', () => {
  const dialled = (...addresses: string[]): string => dialAddress({ port: 1, addresses });
  assert.equal(dialled('127.0.0.1', '::1'), '127.0.0.1');
  assert.equal(dialled('0.0.0.0'), 'localhost');
  assert.equal(dialled('::'), 'localhost');
  assert.equal(dialled('::1'), '::1');
  assert.equal(dialled('10.0.0.5', '127.0.0.53'), '127.0.0.53');
  assert.equal(dialled('10.0.0.5'), '10.0.0.5');
});
