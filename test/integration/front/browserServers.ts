/** A program that serves a page, as files of its folder and a command line. */
export interface ServerFiles {
  readonly files: Readonly<Record<string, string>>;
  readonly run: (port: number) => readonly [string, ...string[]];
}

const python = '/usr/bin/python3';

const form = '<form method=post><input name=word value=hello><button>Send</button></form>';

export const flask: ServerFiles = {
  files: {
    'app.py': `from flask import Flask, redirect, request, session, url_for
app = Flask(__name__)
app.secret_key = 'x'
@app.route('/', methods=['GET', 'POST'])
def index():
    if request.method == 'POST':
        session['word'] = request.form['word']
        return redirect(url_for('done', _external=True))
    return '${form}'
@app.get('/done')
def done(): return '<p>got ' + session['word'] + '</p>'
`,
  },
  run: (port) => [python, '-m', 'flask', 'run', '--port', String(port)],
};

export const django: ServerFiles = {
  files: {
    'manage.py': `import sys
from django.conf import settings
from django.core.management import execute_from_command_line
settings.configure(DEBUG=True, ROOT_URLCONF='urls', SECRET_KEY='x', MIDDLEWARE=['django.middleware.csrf.CsrfViewMiddleware'], TEMPLATES=[{'BACKEND': 'django.template.backends.django.DjangoTemplates'}])
execute_from_command_line(sys.argv)
`,
    'urls.py': `from django.http import HttpResponse
from django.template import engines
from django.urls import path
page = engines['django'].from_string('<form method=post>{% csrf_token %}<button>Send</button></form>')
def index(request):
    return HttpResponse('<p>got it</p>' if request.method == 'POST' else page.render({}, request))
urlpatterns = [path('', index)]
`,
  },
  run: (port) => [python, 'manage.py', 'runserver', '--noreload', String(port)],
};

export const sinatra: ServerFiles = {
  files: {
    'app.rb': `require 'sinatra'
set :bind, '127.0.0.1'
set :port, ENV['PORT']
enable :sessions
get('/') { '${form}' }
post('/') { session[:word] = params[:word]; redirect '/done' }
get('/done') { "<p>got #{session[:word]}</p>" }
`,
  },
  run: (port) => ['/usr/bin/env', `PORT=${port}`, '/usr/bin/ruby', 'app.rb'],
};

/** Server-sent events, a WebSocket that sends back what it gets, and large bodies both ways. */
export const node: ServerFiles = {
  files: {
    'server.cjs': `const http = require('node:http'), crypto = require('node:crypto');
const server = http.createServer((request, response) => {
  if (request.url === '/events') {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    let count = 0;
    const timer = setInterval(() => response.write('data: ' + ++count + '\\n\\n'), 20);
    request.on('close', () => clearInterval(timer));
  } else if (request.url === '/upload') {
    const hash = crypto.createHash('sha256');
    request.on('data', (chunk) => hash.update(chunk)).on('end', () => response.end(hash.digest('hex')));
  } else if (request.url === '/download') {
    const chunk = Buffer.alloc(1024 * 1024, 7);
    let left = 200;
    const write = () => { while (left-- > 0) if (!response.write(chunk)) return response.once('drain', write); response.end(); };
    write();
  } else response.setHeader('content-type', 'text/html').end('<p>node</p>');
});
server.on('upgrade', (request, socket) => {
  const accept = crypto.createHash('sha1').update(request.headers['sec-websocket-key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').digest('base64');
  socket.write('HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: ' + accept + '\\r\\n\\r\\n');
  socket.once('data', (frame) => {
    const size = frame[1] & 127, mask = frame.subarray(2, 6), text = Buffer.from(frame.subarray(6, 6 + size).map((byte, at) => byte ^ mask[at % 4]));
    socket.write(Buffer.concat([Buffer.from([0x81, size]), text]));
  });
  socket.on('error', () => undefined);
});
server.listen(Number(process.argv[2]), '127.0.0.1');
`,
  },
  run: (port) => [process.execPath, 'server.cjs', String(port)],
};

export const vite: ServerFiles = {
  files: {
    'index.html': '<p id=text></p><script type=module src=/main.js></script>',
    'main.js':
      'import { word } from "./word.js";\nconst show = (text) => { document.getElementById("text").textContent = text; };\nshow(word);\nwindow.loads = (window.loads ?? 0) + 1;\nimport.meta.hot.accept("./word.js", (next) => show(next.word));\n',
    'word.js': 'export const word = "first";\n',
  },
  run: (port) => [
    process.execPath,
    'node_modules/vite/bin/vite.js',
    '--host',
    '127.0.0.1',
    '--strictPort',
    '--port',
    String(port),
  ],
};
