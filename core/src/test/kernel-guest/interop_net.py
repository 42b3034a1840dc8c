"""Two hosts on one wire, and what is sent between them: pings and TCP."""

import hashlib
import os
import random
import select
import socket
import struct
import threading
import time

from interop_cases import ENCAPSULATION, OURS, THEIRS
from kernel_vectors import checksum, run, within, write_sysctl

NAMES = {OURS: "ours", THEIRS: "theirs"}
MAC = {OURS: "02:00:00:00:00:01", THEIRS: "02:00:00:00:00:02"}
# beyond what the receiving socket's buffer holds, packets would be lost
OUTSTANDING = 8
PATIENCE = 5  # seconds; the machine is slow, the wire loses nothing
TRANSFER = 10_000_000


def make_hosts(cases):
    for name in NAMES.values():
        run("ip", "netns", "add", name)
    run("ip", "link", "add", "wire", "netns", "ours", "address", MAC[OURS],
        "type", "veth", "peer", "name", "wire", "netns", "theirs", "address", MAC[THEIRS])
    for host, name in NAMES.items():
        other = OURS + THEIRS - host
        within(name, configure)
        lines = ["link set lo up",
                 f"address add 10.0.0.{host}/24 dev wire",
                 f"address add fd00::{host}/64 dev wire nodad",
                 "link set wire up"]
        for gate in (f"10.0.0.{other}", f"fd00::{other}"):
            lines.append(f"neighbour replace {gate} lladdr {MAC[other]} dev wire nud permanent")
        for inside in (0, 10):
            lines.append(f"route add 10.{other + inside}.0.0/16 via 10.0.0.{other}")
            lines.append(f"route add fd00:{other + inside}::/64 via fd00::{other}")
        for case in cases:
            lines += [f"address add {address} dev lo" + " nodad" * (":" in address)
                      for address in sorted(case.addresses(host))]
        batch(name, lines)


def batch(name, lines):
    run("ip", "-n", name, "-batch", "-", text="\n".join(lines) + "\n")


def configure():
    for scope in ("all", "default"):
        write_sysctl(f"ipv6/conf/{scope}/accept_dad", "0")
        write_sysctl(f"ipv6/conf/{scope}/router_solicitations", "0")
        write_sysctl(f"ipv4/conf/{scope}/rp_filter", "0")


def encapsulation_sockets():
    """The kernel takes ESP out of UDP for a socket only; to be kept open."""
    made = []
    for family in (socket.AF_INET, socket.AF_INET6):
        one = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.setsockopt(socket.IPPROTO_UDP, 100, 2)  # UDP_ENCAP, UDP_ENCAP_ESPINUDP
        one.bind(("", ENCAPSULATION))
        made.append(one)
    return made


def content(size, kind):
    """@param kind 0: can be compressed, 1: cannot"""
    if kind:
        return random.Random(size).randbytes(size)
    return bytes(b"The quick brown fox. "[i % 21] for i in range(size))


class Pinger:
    """Pings of any address of one host."""

    def __init__(self):
        self.v4 = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self.v4.setsockopt(255, 1, struct.pack("=I", 0xffffffff & ~1))  # ICMP_FILTER: replies
        self.v6 = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
        only = bytearray(b"\xff" * 32)
        only[16] &= 0xfd  # ICMP6_FILTER: replies, type 129
        self.v6.setsockopt(socket.IPPROTO_ICMPV6, 1, bytes(only))

    def ping(self, echoes):
        """@param echoes tuples of source, destination, size, kind of content
        @return for each what is wrong with it, "" for nothing"""
        answers = ["no answer"] * len(echoes)
        waiting = {}
        following = iter(enumerate(echoes))
        last = None
        while True:
            while len(waiting) < OUTSTANDING and last is not following:
                number, echo = next(following, (None, None))
                if echo is None:
                    last = following
                    break
                refusal = self.send(number, *echo)
                if refusal:
                    answers[number] = refusal
                else:
                    waiting[number] = time.monotonic() + PATIENCE
            if not waiting:
                return answers
            for one in select.select([self.v4, self.v6], [], [], 0.5)[0]:
                number, judgement = self.receive(one, echoes)
                if number in waiting:
                    answers[number] = judgement
                    del waiting[number]
            now = time.monotonic()
            waiting = {number: end for number, end in waiting.items() if end > now}

    def send(self, number, source, destination, size, kind):
        six = ":" in source
        message = struct.pack("!BBHI", 128 if six else 8, 0, 0, number) + content(size, kind)
        try:
            if six:
                info = socket.inet_pton(socket.AF_INET6, source) + struct.pack("=I", 0)
                self.v6.sendmsg([message], [(socket.IPPROTO_IPV6, socket.IPV6_PKTINFO, info)],
                                0, (destination, 0))
            else:
                message = message[:2] + struct.pack("!H", checksum(message)) + message[4:]
                info = struct.pack("=I", 0) + socket.inet_aton(source) + bytes(4)
                self.v4.sendmsg([message], [(socket.IPPROTO_IP, 8, info)], 0, (destination, 0))
        except OSError as refused:
            return os.strerror(refused.errno)
        return ""

    def receive(self, one, echoes):
        octets, (sender, *_) = one.recvfrom(65535)
        message = octets if one is self.v6 else octets[4 * (octets[0] & 15):]
        number, = struct.unpack("!I", message[4:8])
        if number >= len(echoes):
            return None, ""
        _, destination, size, kind = echoes[number]
        if sender != destination:
            return number, f"answer from {sender}"
        return number, "" if message[8:] == content(size, kind) else "answer differs"


def transfer(sender, receiver, case):
    """10 MB by TCP.

    @param sender the host's name @return what is wrong, "" for nothing, and the seconds it took
    """
    hosts = {name: host for host, name in NAMES.items()}
    family = socket.AF_INET6 if case.family() == 6 else socket.AF_INET
    octets = random.Random(case.number).randbytes(TRANSFER)
    seen = hashlib.sha256()
    begin = time.monotonic()
    listener = within(receiver, lambda: socket.create_server(
        (case.host(hosts[receiver]), 5001), family=family))
    client = within(sender, lambda: socket.socket(family, socket.SOCK_STREAM))
    with listener, client:
        listener.settimeout(PATIENCE)
        client.settimeout(60)
        client.bind((case.host(hosts[sender]), 0))
        sending = threading.Thread(target=send_all, daemon=True,
                                   args=(client, listener.getsockname(), octets))
        sending.start()
        try:
            connection, _ = listener.accept()
            connection.settimeout(60)
            with connection:
                while got := connection.recv(65536):
                    seen.update(got)
        except OSError as failed:
            return f"{failed}", time.monotonic() - begin
        sending.join()
    wrong = "" if seen.digest() == hashlib.sha256(octets).digest() else "checksum differs"
    return wrong, time.monotonic() - begin


def send_all(client, to, octets):
    try:
        client.connect(to)
        client.sendall(octets)
        client.shutdown(socket.SHUT_WR)
    except OSError as failed:
        print(f"{to}: {failed}", flush=True)
