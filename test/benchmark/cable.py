"""A cable with a delay between two network namespaces: cable.py PID-IN-THE-FAR-ONE NEAR-NAME FAR-NAME DELAY-MS.

Two tun devices, and every packet of one comes out of the other so much later. Packets of many segments stay whole
(TSO), as on a real card. Ends with its parent.
"""

import collections, ctypes, fcntl, os, select, struct, sys, time

TUNSETIFF, TUNSETOFFLOAD, IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 0x400454D0, 1, 0x1000, 0x4000
CHECKSUM, TSO4, CLONE_NEWNET, PR_SET_PDEATHSIG = 1, 2, 0x40000000, 1


def tun(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(fd, TUNSETOFFLOAD, CHECKSUM | TSO4)
    return fd


libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(PR_SET_PDEATHSIG, 15)
pid, near_name, far_name, delay = sys.argv[1], sys.argv[2], sys.argv[3], float(sys.argv[4]) / 1000
near = tun(near_name)
if libc.setns(os.open(f"/proc/{pid}/ns/net", os.O_RDONLY), CLONE_NEWNET) != 0:
    raise OSError(ctypes.get_errno(), "setns")
far = tun(far_name)
print("ready", flush=True)

other = {near: far, far: near}
on_the_way = collections.deque()
while True:
    wait = max(0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
    for fd in select.select([near, far], [], [], wait)[0]:
        arrived = time.monotonic()
        for _ in range(64):
            try:
                on_the_way.append((arrived + delay, other[fd], os.read(fd, 70000)))
            except OSError:
                break
    now = time.monotonic()
    while on_the_way and on_the_way[0][0] <= now:
        _, to, packet = on_the_way.popleft()
        try:
            os.write(to, packet)
        except OSError:
            pass  # a full queue loses packets, as queues do; a device that is not up yet, too
