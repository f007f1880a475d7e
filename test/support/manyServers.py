"""
Web servers at COUNT ports from FIRST on, STEP apart. With SECONDS, they end after that time and begin anew at the next
COUNT ports.
"""

import selectors
import socket
import sys
import time

first, count, step = (int(each) for each in sys.argv[1:4])
seconds = float(sys.argv[4]) if len(sys.argv) > 4 else float("inf")
answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
turn = 0
while True:
    waiting = selectors.DefaultSelector()
    servers = []
    for index in range(count):
        server = socket.socket()
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", first + (turn % 8 * count + index) * step))
        except OSError:
            continue  # a forward has this port of the same machine
        server.listen(511)
        server.setblocking(False)
        waiting.register(server, selectors.EVENT_READ)
        servers.append(server)
    print("ready", flush=True)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for key, _ in waiting.select(0.2):
            if key.fileobj in servers:
                try:
                    client, _ = key.fileobj.accept()
                    waiting.register(client, selectors.EVENT_READ)
                except OSError:
                    pass
            else:
                waiting.unregister(key.fileobj)
                try:
                    key.fileobj.recv(4096)
                    key.fileobj.sendall(answer)
                except OSError:
                    pass
                key.fileobj.close()
    for server in servers:
        server.close()
    waiting.close()
    turn += 1
