import type { Program } from './program.ts';

/** One kind of server, and how to recognise it. To add a kind, add a row and a test. */
export interface Framework {
  readonly id: string;
  readonly name: string;
  /** A codicon of VS Code 1.100. */
  readonly icon: string;
  readonly role: Program['role'];
  /** Absent: HTTP. 'other': SECURITY: no request is sent if the command line or the port says that it is this. */
  readonly speaks?: 'other';
  /** 'base': other frameworks use it or run behind it, so they win over it. 'language': everything wins over it. */
  readonly level?: 'base' | 'language';
  /** Response headers by lower-case name. One match is enough. */
  readonly headers?: Readonly<Record<string, RegExp>>;
  /** Matches the body of the response to `GET /`, or an answer that is not HTTP. */
  readonly answer?: RegExp;
  readonly title?: RegExp;
  /** Matches the arguments, joined by blanks, or the process name if the arguments are unknown. */
  readonly command?: RegExp;
  /** The same for a process with several ports whose arguments tell which port is this. */
  readonly commandAt?: (command: string, port: number) => boolean;
  /** Serves any number of connections at once, and one that is idle holds up nobody. The first word of `command` says so. */
  readonly isConcurrent?: true;
  /** The command starts programs of all kinds: it does not say that they serve. */
  readonly isLauncher?: true;
  /** The weakest evidence: decides a tie, and names servers that must not get a request. */
  readonly ports?: readonly number[];
  /** The path to open if `/` answers 404. */
  readonly path?: string;
}

/** Matches the program and none of its arguments: `server.js --model ollama` is not Ollama. A colon ends a name that a process gave itself. */
function program(names: string): RegExp {
  return new RegExp(`^(?:\\S*[/\\\\])?(?:${names})(?:\\.exe)?(?=:|\\s|$)`);
}

/** Matches a script by its name at the end of a path, with or without an extension, under any interpreter. */
function tool(names: string, then = '(?=\\s|$)'): RegExp {
  return new RegExp(`(?:^|[\\s/\\\\])(?:${names})(?:\\.(?:[cm]?js|py|rb|sh|exe|cmd))?${then}`);
}

// One row per line.
// prettier-ignore
export const frameworks: readonly Framework[] = [
  // Python
  { id: 'flask', name: 'Flask', icon: 'beaker', role: 'devServer', level: 'base', headers: { server: /^Werkzeug\// }, command: tool('flask', '.*\\srun\\b'), ports: [5000] },
  { id: 'django', name: 'Django', icon: 'snake', role: 'devServer', answer: /csrfmiddlewaretoken|The install worked successfully! Congratulations!|DJANGO_SETTINGS_MODULE|Using the URLconf defined in/, command: /manage\.py.*\srunserver|django-admin.*\srunserver/, ports: [8000] },
  { id: 'fastapi', name: 'FastAPI', icon: 'zap', role: 'devServer', answer: /^\{"detail":"(?:Not Found|Method Not Allowed)"\}$/, command: tool('fastapi', '\\s+(?:dev|run)\\b'), ports: [8000], path: '/docs' },
  { id: 'uvicorn', name: 'Uvicorn', icon: 'snake', role: 'devServer', level: 'base', headers: { server: /^uvicorn/ }, command: tool('uvicorn'), ports: [8000] },
  { id: 'gunicorn', name: 'Gunicorn', icon: 'snake', role: 'devServer', level: 'base', headers: { server: /^gunicorn/ }, command: tool('gunicorn', '(?=:|\\s|$)'), ports: [8000] },
  { id: 'tornado', name: 'Tornado', icon: 'snake', role: 'devServer', level: 'base', headers: { server: /^TornadoServer\// } },
  { id: 'aiohttp', name: 'aiohttp', icon: 'snake', role: 'devServer', headers: { server: /\baiohttp\// } },
  { id: 'python-http', name: 'Python http.server', icon: 'files', role: 'devServer', headers: { server: /^SimpleHTTP\// }, command: /python[\d.]*\s.*-m\s*http\.server/, ports: [8000] },
  { id: 'python-wsgi', name: 'Python WSGI', icon: 'snake', role: 'devServer', level: 'base', headers: { server: /^WSGIServer\// } },
  { id: 'jupyter', name: 'Jupyter', icon: 'notebook', role: 'devServer', headers: { 'content-security-policy': /report-uri \/api\/security\/csp-report/ }, answer: /jupyter-config-data|data-notebook-path=/, title: /^(?:JupyterLab|Jupyter Server|Jupyter Notebook|Home Page - Select or create a notebook)/, command: tool('jupyter(?:-(?:lab|notebook|server|nbclassic|voila))?'), ports: [8888] },
  { id: 'streamlit', name: 'Streamlit', icon: 'graph', role: 'devServer', title: /^Streamlit$/, command: tool('streamlit', '.*\\srun\\b'), ports: [8501] },
  { id: 'gradio', name: 'Gradio', icon: 'robot', role: 'devServer', answer: /window\.gradio_config|<gradio-app\b/, command: tool('gradio'), ports: [7860] },
  { id: 'dash', name: 'Dash', icon: 'dashboard', role: 'devServer', answer: /_dash-config|id="react-entry-point"/, ports: [8050] },
  { id: 'mkdocs', name: 'MkDocs', icon: 'book', role: 'devServer', answer: /<meta name="generator" content="mkdocs|Build Date UTC/, command: tool('mkdocs', '.*\\sserve\\b'), ports: [8000] },
  { id: 'sphinx', name: 'Sphinx', icon: 'book', role: 'devServer', answer: /sphinx_javascript_frameworks_compat|_static\/documentation_options\.js/, command: tool('sphinx-autobuild'), ports: [8000] },
  { id: 'tensorboard', name: 'TensorBoard', icon: 'graph-line', role: 'devServer', title: /^TensorBoard$/, command: tool('tensorboard'), ports: [6006] },
  { id: 'mlflow', name: 'MLflow', icon: 'graph-scatter', role: 'devServer', title: /^MLflow$/, command: tool('mlflow', '\\s+(?:ui|server)\\b'), ports: [5000] },
  { id: 'bokeh', name: 'Bokeh', icon: 'graph', role: 'devServer', answer: /bokeh(?:\.min)?\.js/, command: tool('bokeh|panel', '\\s+serve\\b'), ports: [5006] },

  // JavaScript. Frameworks that use Vite show Vite's marks and their own.
  { id: 'vite', name: 'Vite', icon: 'zap', role: 'devServer', level: 'base', answer: /\/@vite\/client/, command: tool('vite'), ports: [5173, 4173] },
  { id: 'sveltekit', name: 'SvelteKit', icon: 'flame', role: 'devServer', answer: /data-sveltekit-|__sveltekit_|\.svelte-kit\//, ports: [5173] },
  { id: 'astro', name: 'Astro', icon: 'rocket', role: 'devServer', answer: /<astro-(?:dev-toolbar|island)|astro\/runtime\/|<meta name="generator" content="Astro/, command: tool('astro', '.*\\s(?:dev|preview)\\b'), ports: [4321] },
  { id: 'nuxt', name: 'Nuxt', icon: 'layers', role: 'devServer', headers: { 'x-powered-by': /^Nuxt/ }, answer: /id="__nuxt"|window\.__NUXT__/, command: tool('nuxi?|nuxt', '.*\\s(?:dev|preview)\\b'), ports: [3000] },
  { id: 'remix', name: 'Remix', icon: 'layers', role: 'devServer', answer: /__remixContext|__remixManifest|__reactRouterContext/, command: tool('remix(?:-serve)?|react-router', '\\s+(?:vite:)?dev\\b'), ports: [5173, 3000] },
  { id: 'next', name: 'Next.js', icon: 'layers', role: 'devServer', isConcurrent: true, headers: { 'x-powered-by': /^Next\.js/ }, answer: /__NEXT_DATA__|\/_next\/static\//, command: /^next-server\b|(?:^|[\s/\\])next(?:\.js)?\s+(?:dev|start)\b/, ports: [3000] },
  { id: 'angular', name: 'Angular', icon: 'shield', role: 'devServer', answer: /<app-root\b|\bng-version=/, command: tool('ng', '\\s+(?:serve|s|dev)\\b'), ports: [4200] },
  { id: 'create-react-app', name: 'Create React App', icon: 'layers', role: 'devServer', answer: /Web site created using create-react-app/, command: /react-scripts[^\s]*(?:\s+start|\/start\.js)/, ports: [3000] },
  { id: 'vue-cli', name: 'Vue CLI', icon: 'layers', role: 'devServer', command: tool('vue-cli-service', '\\s+serve\\b'), ports: [8080] },
  { id: 'webpack', name: 'webpack-dev-server', icon: 'package', role: 'devServer', answer: /webpack-dev-server/, command: tool('webpack-dev-server|webpack', '(?=\\s+(?:serve|server|s)\\b|\\s+-|$)'), ports: [8080] },
  { id: 'parcel', name: 'Parcel', icon: 'package', role: 'devServer', answer: /parcelRequire|@parcel\/runtime/, command: tool('parcel'), ports: [1234] },
  { id: 'gatsby', name: 'Gatsby', icon: 'layers', role: 'devServer', answer: /id="___gatsby"/, command: tool('gatsby', '\\s+(?:develop|serve)\\b'), ports: [8000, 9000] },
  { id: 'storybook', name: 'Storybook', icon: 'book', role: 'devServer', answer: /sb-manager\/|__STORYBOOK|sb-addons\//, command: tool('storybook|start-storybook'), ports: [6006] },
  { id: 'docusaurus', name: 'Docusaurus', icon: 'book', role: 'devServer', answer: /id="__docusaurus"|content="Docusaurus/, command: tool('docusaurus', '\\s+(?:start|serve)\\b'), ports: [3000] },
  { id: 'eleventy', name: 'Eleventy', icon: 'file-code', role: 'devServer', answer: /\/\.11ty\/reload-client\.js/, command: tool('eleventy', '.*--serve\\b'), ports: [8080] },
  { id: 'vitepress', name: 'VitePress', icon: 'book', role: 'devServer', answer: /__VP_SITE_DATA__|content="VitePress/, command: tool('vitepress', '\\s+(?:dev|serve|preview)\\b'), ports: [5173] },
  { id: 'metro', name: 'Expo', icon: 'device-mobile', role: 'devServer', headers: { 'x-react-native-project-root': /./ }, answer: /packager-status:running|"launchAsset"/, command: tool('expo|metro|react-native', '\\s+(?:start|serve)\\b'), ports: [8081, 19000] },
  { id: 'nest', name: 'NestJS', icon: 'server-process', role: 'devServer', answer: /^\{"message":"Cannot GET \/","error":"Not Found","statusCode":404\}$/, command: /(?:^|[\s/\\])nest\s+start\b|@nestjs\/cli/, ports: [3000] },
  { id: 'fastify', name: 'Fastify', icon: 'zap', role: 'devServer', answer: /^\{"message":"Route GET:\/ not found","error":"Not Found","statusCode":404\}$/, command: tool('fastify', '\\s+start\\b'), ports: [3000] },
  { id: 'express', name: 'Express', icon: 'server-process', role: 'devServer', level: 'base', headers: { 'x-powered-by': /^Express$/ }, ports: [3000] },
  { id: 'live-server', name: 'Live Server', icon: 'broadcast', role: 'devServer', answer: /Code injected by live-server/, command: tool('live-server'), ports: [5500, 8080] },
  { id: 'serve', name: 'serve', icon: 'files', role: 'devServer', command: /node_modules\/(?:\.bin\/|)(?:serve|http-server)\b|(?:^|[\s/])http-server(?=\s|$)/, ports: [3000, 8080] },

  // Ruby, PHP
  { id: 'rails', name: 'Rails', icon: 'ruby', role: 'devServer', headers: { 'x-runtime': /^\d+\.\d+$/ }, answer: /<title>Ruby on Rails|action_dispatch|csrf-param/, command: tool('rails', '\\s+s(?:erver)?\\b'), ports: [3000] },
  { id: 'sinatra', name: 'Sinatra', icon: 'ruby', role: 'devServer', answer: /Sinatra doesn(?:’|'|&rsquo;)t know this ditty/, command: /\bsinatra\b/, ports: [4567] },
  { id: 'jekyll', name: 'Jekyll', icon: 'book', role: 'devServer', answer: /<meta name="generator" content="Jekyll/, command: tool('jekyll', '.*\\ss(?:erve)?\\b'), ports: [4000] },
  { id: 'puma', name: 'Puma', icon: 'ruby', role: 'devServer', level: 'base', headers: { server: /^puma/i }, command: tool('puma'), ports: [9292, 3000] },
  { id: 'webrick', name: 'WEBrick', icon: 'ruby', role: 'devServer', level: 'base', headers: { server: /^WEBrick\// }, command: /ruby.*-run.*-e\s*httpd/, ports: [8080] },
  { id: 'php', name: 'PHP', icon: 'file-code', role: 'devServer', level: 'base', headers: { 'x-powered-by': /^PHP\// }, command: tool('php[\\d.]*', '(?:\\s+-\\S+(?:\\s+[^-\\s]\\S*)?)*\\s+-S'), ports: [8000] },
  { id: 'laravel', name: 'Laravel', icon: 'file-code', role: 'devServer', headers: { 'set-cookie': /^laravel_session=|XSRF-TOKEN=/ }, answer: /Laravel v\d/, command: /artisan\s+serve|laravel\/framework\/src\/Illuminate\/Foundation\/[^\s]*server\.php/, ports: [8000] },
  { id: 'symfony', name: 'Symfony', icon: 'file-code', role: 'devServer', headers: { 'x-debug-token': /./ }, answer: /Symfony Welcome|class="sf-toolbar/, command: tool('symfony', '.*\\s(?:serve|server:start|local:server:start)\\b'), ports: [8000] },

  // Compiled languages and the sites they build
  { id: 'hugo', name: 'Hugo', icon: 'book', role: 'devServer', answer: /<meta name="?generator"? content="?Hugo|\/livereload\.js\?mindelay/, command: tool('hugo', '.*\\s(?:server|serve)\\b'), ports: [1313] },
  { id: 'spring', name: 'Spring Boot', icon: 'coffee', role: 'devServer', answer: /Whitelabel Error Page|^\{"timestamp":.{0,200}"path":"\/"\}$/, command: /spring-boot[:\w]*run|org\.springframework\.boot\.|spring-boot-devtools/, ports: [8080] },
  { id: 'quarkus', name: 'Quarkus', icon: 'coffee', role: 'devServer', answer: /<title>[^<]{0,100}- Quarkus|\/q\/dev-ui/, command: /quarkus(?::dev|-run\.jar|\s+dev)/, ports: [8080] },
  { id: 'tomcat', name: 'Tomcat', icon: 'coffee', role: 'web', title: /^Apache Tomcat\//, answer: /<h3>Apache Tomcat\//, command: /org\.apache\.catalina\.startup\.Bootstrap/, ports: [8080] },
  { id: 'phoenix', name: 'Phoenix', icon: 'flame', role: 'devServer', headers: { server: /^Cowboy$/i }, answer: /phx-socket|data-phx-main|phoenix\/live_reload/, command: /\bmix\s+phx\.server/, ports: [4000] },
  { id: 'aspnet', name: 'ASP.NET', icon: 'server-process', role: 'devServer', isLauncher: true, headers: { server: /^Kestrel/ }, command: tool('dotnet', '\\s+(?:run|watch)\\b'), ports: [5000, 5001] },
  { id: 'go', name: 'Go', icon: 'server-process', role: 'devServer', level: 'base', isLauncher: true, answer: /^404 page not found\n$/, command: /\/go-build\d*\/|(?:^|[\s/])go\s+run\s|\/tmp\/(?:air|main)\b/, ports: [8080] },
  { id: 'rust', name: 'Rust', icon: 'server-process', role: 'devServer', level: 'base', isLauncher: true, command: /(?:^|\/)target\/(?:debug|release)\/|(?:^|[\s/])cargo\s+(?:run|watch)\b/ },

  // Web servers and services
  { id: 'nginx', name: 'nginx', icon: 'globe', role: 'web', level: 'base', isConcurrent: true, headers: { server: /^nginx\b/ }, command: program('nginx'), ports: [80, 443] },
  { id: 'apache', name: 'Apache', icon: 'globe', role: 'web', level: 'base', headers: { server: /^Apache(?:\/|$| )/ }, command: program('apache2|httpd'), ports: [80, 443] },
  { id: 'caddy', name: 'Caddy', icon: 'globe', role: 'web', level: 'base', isConcurrent: true, headers: { server: /^Caddy$/ }, command: program('caddy'), ports: [80, 443, 2019] },
  { id: 'grafana', name: 'Grafana', icon: 'dashboard', role: 'web', answer: /window\.grafanaBootData/, title: /^Grafana$/, command: program('grafana(?:-server)?'), ports: [3000] },
  { id: 'prometheus', name: 'Prometheus', icon: 'flame', role: 'web', title: /^Prometheus\b/, command: program('prometheus'), ports: [9090], answer: /^<a href="\/(?:graph|query|classic\/graph)">Found<\/a>/ },
  { id: 'minio', name: 'MinIO', icon: 'archive', role: 'web', headers: { server: /^MinIO/ }, title: /^MinIO Console$/, command: tool('minio', '\\s+server\\b'), ports: [9000, 9001] },
  { id: 'elasticsearch', name: 'Elasticsearch', icon: 'search', role: 'database', headers: { 'x-elastic-product': /./ }, answer: /"tagline"\s*:\s*"(?:You Know, for Search|The OpenSearch Project)/, command: /org\.(?:elasticsearch|opensearch)\.bootstrap/, ports: [9200] },
  { id: 'rabbitmq-management', name: 'RabbitMQ management', icon: 'mail', role: 'web', title: /^RabbitMQ Management$/, ports: [15672] },
  { id: 'docker', name: 'Docker API', icon: 'package', role: 'infrastructure', headers: { server: /^Docker\// }, command: program('dockerd'), ports: [2375, 2376] },
  { id: 'cups', name: 'CUPS', icon: 'file', role: 'infrastructure', headers: { server: /^CUPS\// }, command: program('cupsd'), ports: [631] },
  { id: 'syncthing', name: 'Syncthing', icon: 'sync', role: 'web', title: /\bSyncthing$/, command: program('syncthing'), ports: [8384] },
  { id: 'ollama', name: 'Ollama', icon: 'robot', role: 'web', answer: /^Ollama is running$/, command: program('ollama'), ports: [11434] },

  // Servers of editors
  { id: 'vscode-server', name: 'VS Code Server', icon: 'vscode', role: 'infrastructure', command: /\/\.[a-z][\w-]*-server\/(?:bin|cli|data|extensions|code-)|code-tunnel\b|\.vscode\/cli\/servers\// },
  { id: 'code-server', name: 'code-server', icon: 'vscode', role: 'web', title: /^code-server$/, answer: /code-server|vscode-workbench-web-configuration/, command: tool('code-server'), ports: [8080] },
  { id: 'jetbrains', name: 'JetBrains Gateway', icon: 'tools', role: 'infrastructure', command: /remote-dev-server|\.cache\/JetBrains\/RemoteDev|com\.jetbrains\.(?:gateway|thinclient)/ },
  { id: 'jupyter-kernel', name: 'Jupyter kernel', icon: 'notebook', role: 'infrastructure', speaks: 'other', command: /ipykernel_launcher|-m\s+ipykernel/ },

  // Debuggers
  { id: 'node-inspector', name: 'Node inspector', icon: 'debug', role: 'debugger', answer: /^WebSockets request was expected/, ports: [9229] },
  { id: 'debugpy', name: 'debugpy', icon: 'debug', role: 'debugger', speaks: 'other', answer: /^Content-Length: \d+\r\n\r\n\{/, command: /debugpy[/\\]adapter/, ports: [5678] },
  // CAUTION: these serve one client, and its end may end the debugged program.
  { id: 'delve', name: 'Delve', icon: 'debug', role: 'debugger', speaks: 'other', command: program('dlv'), ports: [2345] },
  { id: 'jdwp', name: 'Java debugger', icon: 'debug', role: 'debugger', speaks: 'other', commandAt: (command, port) => new RegExp(`jdwp[=:]\\S*\\baddress=(?:[^\\s,]*:)?${port}(?!\\d)`).test(command) },
  { id: 'openocd', name: 'OpenOCD', icon: 'debug', role: 'debugger', speaks: 'other', command: program('openocd') },
  // CAUTION: a connection to the gdbstub stops the machine, and bytes to a serial line are typed. Only hostfwd ports are servers.
  { id: 'qemu', name: 'QEMU', icon: 'vm', role: 'debugger', speaks: 'other', commandAt: (command, port) => /^\S*qemu-system-/.test(command) && !new RegExp(`hostfwd=tcp:[^\\s:]*:${port}-`).test(command) },
  { id: 'gdbserver', name: 'gdbserver', icon: 'debug', role: 'debugger', speaks: 'other', command: tool('gdbserver|lldb-server') },

  { id: 'swank', name: 'Swank', icon: 'debug', role: 'debugger', speaks: 'other', commandAt: (command, port) => /^(?:\S*\/)?(?:sbcl|ccl\w*|ecl|clisp|abcl|lisp|ros)(?=\s|$)/.test(command) && (port === 4005 || /swank|slynk/.test(command)) },
  { id: 'celery-rdb', name: 'Celery debugger', icon: 'debug', role: 'debugger', speaks: 'other', commandAt: (command, port) => /\bcelery\b/.test(command) && port >= 6899 && port <= 6999 },
  { id: 'rdbg', name: 'Ruby debugger', icon: 'debug', role: 'debugger', speaks: 'other', commandAt: (command, port) => new RegExp(`\\brdbg\\s(?:(?! -- ).)*--port[= ]${port}(?!\\d)`).test(command) },

  // The end of a tunnel. SECURITY: a request to it would reach another machine.
  { id: 'ssh-tunnel', name: 'SSH tunnel', icon: 'arrow-both', role: 'unknown', speaks: 'other', command: program('ssh|autossh|slogin|dbclient|plink|sshuttle') },
  { id: 'kubernetes-tunnel', name: 'Kubernetes tunnel', icon: 'arrow-both', role: 'unknown', speaks: 'other', command: program('kubectl(?:[-.]\\d[\\w.-]*)?|oc|k3s|k9s|kubecolor|kubefwd|microk8s[\\w.-]*|minikube|istioctl|linkerd|argocd|telepresence|skaffold|devspace|okteto') },
  { id: 'tunnel', name: 'Tunnel', icon: 'arrow-both', role: 'unknown', speaks: 'other', command: new RegExp(`${program('cloudflared|cloud[_-]sql[_-]proxy[\\w.-]*|alloydb-auth-proxy|session-manager-plugin|tsh|boundary|chisel|frp[cs]|rathole|gost|wstunnel|stunnel4?|ghostunnel|rinetd|redir|simpleproxy|bore|inlets[\\w-]*|ktunnel|pscale|fly(?:ctl)?|railway|mutagen(?:-agent)?').source}|\\sstart-iap-tunnel(?=\\s|$)|azure\\.cli\\s.*\\sbastion\\s+(?:tunnel|ssh|rdp)(?=\\s|$)`) },

  // Not HTTP: recognised by command line or port, and never sent a request
  { id: 'postgresql', name: 'PostgreSQL', icon: 'database', role: 'database', speaks: 'other', command: program('postgres|postmaster'), ports: [5432] },
  { id: 'mysql', name: 'MySQL', icon: 'database', role: 'database', speaks: 'other', answer: /^[^]\0\0\0\n[\d.]{3,20}|mysql_native_password|caching_sha2_password/, command: program('mysqld|mariadbd'), ports: [3306, 33060] },
  { id: 'redis', name: 'Redis', icon: 'database', role: 'database', speaks: 'other', answer: /^-(?:ERR wrong number of arguments for 'get'|ERR unknown command|NOAUTH|DENIED)/, command: program('redis-server|valkey-server|keydb-server'), ports: [6379] },
  { id: 'mongodb', name: 'MongoDB', icon: 'database', role: 'database', speaks: 'other', answer: /It looks like you are trying to access MongoDB over HTTP/, command: program('mongod|mongos'), ports: [27017] },
  { id: 'memcached', name: 'memcached', icon: 'database', role: 'database', speaks: 'other', answer: /^ERROR\r\n/, command: program('memcached'), ports: [11211] },
  { id: 'cassandra', name: 'Cassandra', icon: 'database', role: 'database', speaks: 'other', command: /org\.apache\.cassandra\.service/, ports: [9042, 7000] },
  { id: 'rabbitmq', name: 'RabbitMQ', icon: 'mail', role: 'database', speaks: 'other', answer: /^AMQP/, command: /rabbit@|rabbitmq_server|\brabbit\b.*-noshell/, ports: [5672, 25672] },
  { id: 'kafka', name: 'Kafka', icon: 'list-flat', role: 'database', speaks: 'other', command: /kafka\.Kafka\b/, ports: [9092] },
  { id: 'zookeeper', name: 'ZooKeeper', icon: 'list-tree', role: 'database', speaks: 'other', command: /org\.apache\.zookeeper\./, ports: [2181] },
  { id: 'nats', name: 'NATS', icon: 'radio-tower', role: 'database', speaks: 'other', answer: /^INFO \{"server_id"/, command: program('nats-server'), ports: [4222] },
  { id: 'mqtt', name: 'MQTT', icon: 'radio-tower', role: 'database', speaks: 'other', command: program('mosquitto'), ports: [1883] },
  { id: 'ssh', name: 'SSH', icon: 'terminal', role: 'infrastructure', speaks: 'other', answer: /^SSH-[12]\./, command: program('sshd(?:-session)?|dropbear'), ports: [22] },
  { id: 'dns', name: 'DNS', icon: 'list-tree', role: 'infrastructure', speaks: 'other', command: program('systemd-resolved?|dnsmasq|named|unbound|coredns'), ports: [53, 5355] },
  { id: 'mail', name: 'Mail', icon: 'mail', role: 'infrastructure', speaks: 'other', answer: /^220 [^\r\n]*\bE?SMTP\b|^\* OK [^\r\n]*IMAP|^\+OK /, command: program('exim4?|master -w|dovecot|sendmail'), ports: [25, 110, 143, 465, 587, 993, 995] },
  { id: 'netcat', name: 'netcat', icon: 'plug', role: 'unknown', speaks: 'other', command: program('(?:busybox\\s+)?(?:nc|ncat|netcat|nc\\.(?:openbsd|traditional))|socat') },
  { id: 'iperf', name: 'iperf', icon: 'pulse', role: 'infrastructure', speaks: 'other', command: program('iperf3?'), ports: [5201] },
  // It waits for the browser of somebody who logs in, and some serve one request and no more.
  { id: 'login', name: 'Login', icon: 'key', role: 'web', speaks: 'other', command: /\s(?:\w+:)*(?:login|authenticate)(?=\s+-|$)|\s(?:auth|org|sso)\s+(?:[\w-]+\s+)?login(?=\s|$)|\sauth\s+refresh(?=\s|$)|\sconfigure\s+sso(?=\s|$)|gcloud\.py\s+init(?=\s|$)|\brclone\s+(?:authorize|config)(?=\s|$)|^(?:\S*\/)?(?:kubelogin|kubectl-oidc[_-]login)(?=\s|$)/ },
  // The page loads its script from here and then opens a WebSocket. Nothing answers `/`.
  { id: 'livereload', name: 'LiveReload', icon: 'sync', role: 'devServer', speaks: 'other', commandAt: (_, port) => port === 35_729 },
  { id: 'rpcbind', name: 'rpcbind', icon: 'gear', role: 'infrastructure', speaks: 'other', command: program('rpcbind'), ports: [111] },
  { id: 'smb', name: 'SMB', icon: 'folder', role: 'infrastructure', speaks: 'other', command: program('smbd'), ports: [139, 445] },
  { id: 'ldap', name: 'LDAP', icon: 'organization', role: 'infrastructure', speaks: 'other', command: program('slapd'), ports: [389, 636] },
  { id: 'rdp', name: 'Remote desktop', icon: 'remote', role: 'infrastructure', speaks: 'other', answer: /^RFB 00\d\./, command: program('xrdp|Xvnc|Xtigervnc|x11vnc|vino-server'), ports: [3389, 5900, 5901] },
  { id: 'x11', name: 'X11', icon: 'window', role: 'infrastructure', speaks: 'other', command: program('Xorg|Xwayland'), ports: [6000, 6010, 6011] },
  { id: 'ftp', name: 'FTP', icon: 'files', role: 'infrastructure', speaks: 'other', answer: /^220[ -](?![^\r\n]*SMTP)/, command: program('vsftpd|proftpd'), ports: [21] },

  // Nothing but the language is known
  { id: 'node', name: 'Node.js', icon: 'server-process', role: 'devServer', level: 'language', isConcurrent: true, command: tool('node|nodejs|bun|deno|tsx|ts-node|nodemon') },
  { id: 'python', name: 'Python', icon: 'snake', role: 'devServer', level: 'language', command: tool('python[\\d.]*|pypy[\\d.]*') },
  { id: 'ruby', name: 'Ruby', icon: 'ruby', role: 'devServer', level: 'language', command: tool('j?ruby[\\d.]*|rackup') },
  { id: 'java', name: 'Java', icon: 'coffee', role: 'devServer', level: 'language', command: tool('java') },
  { id: 'elixir', name: 'Elixir', icon: 'server-process', role: 'devServer', level: 'language', command: tool('beam\\.smp|elixir') },
  { id: 'dotnet', name: '.NET', icon: 'server-process', role: 'devServer', level: 'language', command: tool('dotnet') },
];
