"""A cable between two network namespaces: cable.py PID-IN-THE-FAR-ONE NEAR-NAME FAR-NAME DELAY-MS LOSS MBIT.

Two tun devices: every packet of one comes out of the other after a delay. LOSS is the share of packets that it drops at
random. MBIT above 0 limits the rate, with a queue of 100 ms that drops what does not fit. With neither, packets of many
segments stay whole (TSO), as on a real card; else a packet is one segment, as a router sees it. Ends with its parent.
"""

import collections, ctypes, fcntl, os, random, select, struct, sys, time

TUNSETIFF, TUNSETOFFLOAD, IFF_TUN, IFF_NO_PI, IFF_VNET_HDR = 0x400454CA, 0x400454D0, 1, 0x1000, 0x4000
CHECKSUM, TSO4, CLONE_NEWNET, PR_SET_PDEATHSIG = 1, 2, 0x40000000, 1
QUEUE_SECONDS = 0.1


def tun(name, offload):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name.encode(), IFF_TUN | IFF_NO_PI | IFF_VNET_HDR))
    fcntl.ioctl(fd, TUNSETOFFLOAD, offload)
    return fd


libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(PR_SET_PDEATHSIG, 15)
pid, near_name, far_name = sys.argv[1:4]
delay, loss, rate = float(sys.argv[4]) / 1000, float(sys.argv[5]), float(sys.argv[6]) * 1e6 / 8
offload = CHECKSUM if loss or rate else CHECKSUM | TSO4
near = tun(near_name, offload)
if libc.setns(os.open(f"/proc/{pid}/ns/net", os.O_RDONLY), CLONE_NEWNET) != 0:
    raise OSError(ctypes.get_errno(), "setns")
far = tun(far_name, offload)
print("ready", flush=True)

other = {near: far, far: near}
on_the_way = {near: collections.deque(), far: collections.deque()}
sent_at = {near: 0.0, far: 0.0}


def accept(fd, packet):
    now = time.monotonic()
    if loss and random.random() < loss:
        return
    leaves = now
    if rate:
        leaves = max(now, sent_at[fd])
        if leaves - now > QUEUE_SECONDS:
            return
        leaves = sent_at[fd] = leaves + len(packet) / rate
    on_the_way[fd].append((leaves + delay, packet))


while True:
    first = min((packets[0][0] for packets in on_the_way.values() if packets), default=None)
    wait = None if first is None else max(0, first - time.monotonic())
    for fd in select.select([near, far], [], [], wait)[0]:
        for _ in range(64):
            try:
                accept(fd, os.read(fd, 70000))
            except OSError:
                break
    now = time.monotonic()
    for fd, packets in on_the_way.items():
        while packets and packets[0][0] <= now:
            try:
                os.write(other[fd], packets.popleft()[1])
            except OSError:
                pass  # a full queue loses packets, as queues do; a device that is not up yet, too
