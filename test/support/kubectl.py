#!/usr/bin/env python3
"""kubectl port-forward for a cluster in a folder: `pods` has lines `ARGUMENTS PORT`. Like kubectl it ignores the end of
standard input, listens at a free port and relays. `runs` gets a line for each start: pid and arguments."""
import os, socket, sys, threading

here = os.path.dirname(os.path.abspath(__file__))
arguments = " ".join(sys.argv[1:])
with open(f"{here}/runs", "a") as runs:
    runs.write(f"{os.getpid()} {arguments}\n")
with open(f"{here}/pods") as pods:
    ports = dict(line.strip().rsplit(" ", 1) for line in pods)
if arguments not in ports:
    target = sys.argv[-2].split("/")[-1]
    sys.exit(f'Error from server (NotFound): services "{target}" not found')

def copy(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)

server = socket.create_server(("127.0.0.1", 0))
port = server.getsockname()[1]
print(f"Forwarding from 127.0.0.1:{port} -> {sys.argv[-1][1:]}", flush=True)
while True:
    client, _ = server.accept()
    print(f"Handling connection for {port}", flush=True)
    pod = socket.create_connection(("127.0.0.1", int(ports[arguments])))
    threading.Thread(target=copy, args=(client, pod), daemon=True).start()
    threading.Thread(target=copy, args=(pod, client), daemon=True).start()
