"""Lets the Linux kernel protect packets of known content and records what it makes of them.

Runs as root inside the guest of kernel-guest.sh; its only argument is the directory to write to.

    namespace a ---- wire ---- namespace r (a router) ---- namespace b

a has the outbound SAs and policies; b has the inbound ones and a socket, which shows that the
kernel itself accepts what it made. Packets are kept as a process in a handed them to the kernel
(sent.pcap), as they left a (wire.pcap), and, where there are options or extension headers, as they
reached b with all that the router changed (arrived.pcap). cases.tsv says by which SAs they were
made, innermost first, and whether b's kernel delivered them: a line `case`, then a line `sa` for
each; where b sees other addresses than a, its SAs are the lines `in`.
"""

import ctypes
import ipaddress
import os
import select
import socket
import struct
import subprocess
import sys
import time

A4, R4A, R4B, B4 = "10.1.0.1", "10.1.0.2", "10.2.0.1", "10.2.0.2"
A6, R6A, R6B, B6 = "2001:db8:1::1", "2001:db8:1::2", "2001:db8:2::1", "2001:db8:2::2"
# what is behind the ends of tunnels
HOST_A4, HOST_B4 = "192.168.1.1", "192.168.2.1"
HOST_A6, HOST_B6 = "2001:db8:a::1", "2001:db8:b::1"
PORT = 2000
LIBC = ctypes.CDLL(None, use_errno=True)


def run(*command, text=None):
    done = subprocess.run(command, input=text, text=True, capture_output=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{text or ''}\n{done.stderr}")
    return done.stdout


def within(namespace, make):
    """What `make` returns when it runs in a network namespace."""
    home = os.open("/proc/self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        if LIBC.setns(there, 0) != 0:
            raise OSError(ctypes.get_errno(), "setns")
        return make()
    finally:
        LIBC.setns(home, 0)
        os.close(home)
        os.close(there)


def write_sysctl(path, value):
    with open("/proc/sys/net/" + path, "w", encoding="ascii") as file:
        file.write(value)


class Net:
    def __init__(self):
        for name in "arb":
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "vetha", "netns", "a", "address", "02:00:00:00:00:0a",
            "type", "veth", "peer", "name", "vethra", "netns", "r", "address", "02:00:00:00:00:1a")
        run("ip", "link", "add", "vethb", "netns", "b", "address", "02:00:00:00:00:0b",
            "type", "veth", "peer", "name", "vethrb", "netns", "r", "address", "02:00:00:00:00:1b")
        for name in "arb":
            within(name, self.configure)
        self.interface("a", "vetha", [A4 + "/24", A6 + "/64"], "02:00:00:00:00:1a", [R4A, R6A])
        self.interface("r", "vethra", [R4A + "/24", R6A + "/64"], "02:00:00:00:00:0a", [A4, A6])
        self.interface("r", "vethrb", [R4B + "/24", R6B + "/64"], "02:00:00:00:00:0b", [B4, B6])
        self.interface("b", "vethb", [B4 + "/24", B6 + "/64"], "02:00:00:00:00:1b", [R4B, R6B])
        for name, own4, own6, gate4, gate6 in (
                ("a", HOST_A4, HOST_A6, R4A, R6A), ("b", HOST_B4, HOST_B6, R4B, R6B)):
            run("ip", "-n", name, "addr", "add", own4, "dev", "lo")
            run("ip", "-n", name, "addr", "add", own6, "dev", "lo", "nodad")
            run("ip", "-n", name, "route", "add", "default", "via", gate4)
            run("ip", "-n", name, "route", "add", "default", "via", gate6)
        self.raw4 = within("a", lambda: socket.socket(
            socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW))
        self.raw6 = within("a", lambda: socket.socket(
            socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW))
        self.wire = within("r", lambda: self.tap("vethra"))
        self.arrived = within("b", lambda: self.tap("vethb"))
        self.receivers = [within("b", lambda: self.receiver(socket.AF_INET)),
                          within("b", lambda: self.receiver(socket.AF_INET6))]
        self.encapsulation = [within("b", lambda: self.encapsulated(socket.AF_INET)),
                              within("b", lambda: self.encapsulated(socket.AF_INET6))]

    @staticmethod
    def configure():
        for scope in ("all", "default"):
            write_sysctl(f"ipv6/conf/{scope}/accept_dad", "0")
            write_sysctl(f"ipv6/conf/{scope}/forwarding", "1")
            write_sysctl(f"ipv6/conf/{scope}/router_solicitations", "0")
            write_sysctl(f"ipv4/conf/{scope}/forwarding", "1")
            write_sysctl(f"ipv4/conf/{scope}/rp_filter", "0")
            write_sysctl(f"ipv4/conf/{scope}/accept_source_route", "1")
            write_sysctl(f"ipv4/conf/{scope}/send_redirects", "0")

    @staticmethod
    def interface(namespace, device, addresses, peer, neighbours):
        run("ip", "-n", namespace, "link", "set", "lo", "up")
        for address in addresses:
            run("ip", "-n", namespace, "addr", "add", address, "dev", device)
        run("ip", "-n", namespace, "link", "set", device, "up")
        for neighbour in neighbours:
            run("ip", "-n", namespace, "neigh", "replace", neighbour, "lladdr", peer,
                "dev", device, "nud", "permanent")

    @staticmethod
    def tap(device):
        tap = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
        tap.bind((device, 3))
        return tap

    @staticmethod
    def receiver(family):
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        receiver.bind(("", PORT))
        return receiver

    @staticmethod
    def encapsulated(family):
        receiver = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            receiver.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        receiver.setsockopt(socket.IPPROTO_UDP, 100, 2)  # UDP_ENCAP, UDP_ENCAP_ESPINUDP
        receiver.bind(("", 4500))
        return receiver

    def drain(self):
        for one in [self.wire, self.arrived, *self.receivers]:
            while select.select([one], [], [], 0)[0]:
                one.recv(65536)

    @staticmethod
    def first(tap, source):
        """The first packet from an address, also when neighbours talk."""
        end = time.monotonic() + 2
        while select.select([tap], [], [], max(0.0, end - time.monotonic()))[0]:
            packet = tap.recv(65536)
            if packet[0] >> 4 == 4 and packet[12:16] == source:
                return packet
            if packet[0] >> 4 == 6 and packet[8:24] == source:
                return packet
        return None

    def pass_through(self, packet, source):
        """@return as it left, as it arrived, the payload that the kernel of b delivered"""
        self.drain()
        if packet[0] >> 4 == 4:
            destination = socket.inet_ntop(socket.AF_INET, packet[16:20])
            self.raw4.sendto(packet, (destination, 0))
        else:
            destination = socket.inet_ntop(socket.AF_INET6, packet[24:40])
            self.raw6.sendto(packet, (destination, 0))
        wire = self.first(self.wire, source)
        if wire is None:
            return None, None, None
        arrived = self.first(self.arrived, source)
        ready = select.select(self.receivers, [], [], 1 if arrived else 0)[0]
        return wire, arrived, ready[0].recv(65536) if ready else None


def checksum(octets):
    if len(octets) % 2:
        octets += b"\0"
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def pattern(length):
    return bytes(b"The quick brown fox. "[i % 21] for i in range(length))


def udp(source, destination, payload):
    length = 8 + len(payload)
    pseudo = source.packed + destination.packed + struct.pack("!II", length, 17)
    header = struct.pack("!HHHH", 1000, PORT, length, 0)
    total = checksum(pseudo + header + payload) or 0xffff
    return struct.pack("!HHHH", 1000, PORT, length, total) + payload


def packet4(source, destination, size, options=b"", tos=0, df=True, final=None):
    """`final` is the destination that the upper layer counts with, behind a source route."""
    source, destination = ipaddress.IPv4Address(source), ipaddress.IPv4Address(destination)
    upper = udp(source, ipaddress.IPv4Address(final) if final else destination, pattern(size))
    length = 20 + len(options)
    header = struct.pack("!BBHHHBBH4s4s", 0x40 | length // 4, tos, length + len(upper), 0x1234,
                         0x4000 if df else 0, 64, 17, 0, source.packed, destination.packed)
    header += options
    total = struct.pack("!H", checksum(header))
    return header[:10] + total + header[12:] + upper


def packet6(source, destination, size, extensions=(), traffic_class=0, label=0, final=None):
    """`extensions` are pairs of a protocol number and the octets behind the next-header field."""
    source, destination = ipaddress.IPv6Address(source), ipaddress.IPv6Address(destination)
    upper = udp(source, ipaddress.IPv6Address(final) if final else destination, pattern(size))
    protocols = [protocol for protocol, _ in extensions] + [17]
    chain = b"".join(bytes([protocols[i + 1]]) + body
                     for i, (_, body) in enumerate(extensions))
    return struct.pack("!IHBB", 6 << 28 | traffic_class << 20 | label, len(chain) + len(upper),
                       protocols[0], 64) + source.packed + destination.packed + chain + upper


def key(octets):
    return bytes((0x11 + 7 * i) & 0xff for i in range(octets))


class Sa:
    """One SA, in the kernel's words and in ours."""

    def __init__(self, protocol, spi, cipher=None, mac=None, tunnel=False, udp_ports=None,
                 extended=None, sequence=None, align4=False):
        self.protocol, self.spi, self.cipher, self.mac = protocol, spi, cipher, mac
        self.tunnel, self.udp_ports, self.align4 = tunnel, udp_ports, align4
        self.extended, self.sequence = extended, sequence

    def mode(self):
        return "tunnel" if self.tunnel else "transport"

    def state(self, source, destination):
        words = ["state add src", source, "dst", destination, "proto",
                 self.protocol.replace("ipcomp", "comp"), "spi", hex(self.spi),
                 "mode", self.mode(), "reqid", str(self.spi)]
        flags = []
        if self.protocol == "ipcomp":
            words += ["comp", "deflate"]
        else:
            if self.extended is not None:
                last = self.extended - 1
                words += ["replay-window 64",
                          "replay-oseq-hi", str(last >> 32),
                          "replay-oseq", str(last & 0xffffffff),
                          "replay-seq-hi", str(last >> 32),
                          "replay-seq", str(last & 0xffffffff)]
                flags.append("esn")
            elif self.sequence is not None:
                words += ["replay-window 32", "replay-oseq", str(self.sequence - 1)]
            else:
                words += ["replay-window 32"]
        if self.align4:
            flags.append("align4")
        if self.tunnel:
            flags.append("af-unspec")
        if flags:
            words += ["flag", *flags]
        if self.cipher:
            _, kind, name, size, icv = self.cipher
            text = '""' if size == 0 else "0x" + key(size).hex()
            words += [kind, name, text] + ([str(icv)] if kind == "aead" else [])
        if self.mac:
            _, name, size, icv = self.mac
            words += ["auth-trunc", name, "0x" + key(size).hex(), str(icv)]
        if self.udp_ports:
            words += ["encap espinudp", str(self.udp_ports[0]), str(self.udp_ports[1]), "0.0.0.0"]
        return " ".join(words)

    def template(self, source, destination, optional):
        words = ["tmpl"]
        if self.tunnel:
            words += ["src", source, "dst", destination]
        words += ["proto", self.protocol.replace("ipcomp", "comp"),
                  "reqid", str(self.spi), "mode", self.mode()]
        return " ".join(words + (["level use"] if optional else []))

    def described(self, source, destination):
        said = {"protocol": self.protocol, "source": source, "destination": destination,
                "spi": self.spi, "mode": self.mode()}
        if self.cipher:
            said["encryption"] = self.cipher[0]
            said["encryptionKey"] = key(self.cipher[3]).hex()
        if self.mac:
            said["authentication"] = self.mac[0]
            said["authenticationKey"] = key(self.mac[2]).hex()
        if self.extended is not None:
            said["extended"] = "true"
        first = self.extended if self.extended is not None else self.sequence
        if first is not None:
            said["lastSequence"] = first - 1
        if self.udp_ports:
            said["udp"] = self.udp_ports[0]
        if self.align4:
            said["align4"] = "true"
        return said


CIPHERS = (
    [("null", "enc", "ecb(cipher_null)", 0, 0),
     ("des-cbc", "enc", "cbc(des)", 8, 0),
     ("3des-cbc", "enc", "cbc(des3_ede)", 24, 0)]
    + [("cast128-cbc", "enc", "cbc(cast5)", n, 0) for n in (5, 10, 16)]
    + [("blowfish-cbc", "enc", "cbc(blowfish)", n, 0) for n in (5, 16, 56)]
    + [("aes-cbc", "enc", "cbc(aes)", n, 0) for n in (16, 24, 32)]
    + [("camellia-cbc", "enc", "cbc(camellia)", n, 0) for n in (16, 24, 32)]
    + [("twofish-cbc", "enc", "cbc(twofish)", n, 0) for n in (16, 24, 32)]
    + [("aes-ctr", "enc", "rfc3686(ctr(aes))", n, 0) for n in (20, 28, 36)])

COMBINED = (
    [(f"aes-gcm-{icv}", "aead", "rfc4106(gcm(aes))", n, icv * 8)
     for n in (20, 28, 36) for icv in (8, 12, 16)]
    + [(f"aes-ccm-{icv}", "aead", "rfc4309(ccm(aes))", n, icv * 8)
       for n in (19, 27, 35) for icv in (8, 12, 16)]
    + [("aes-gmac", "aead", "rfc4543(gcm(aes))", n, 128) for n in (20, 28, 36)]
    + [("chacha20-poly1305", "aead", "rfc7539esp(chacha20,poly1305)", 36, 128)])

MACS = [("hmac-md5", "hmac(md5)", 16, 96),
        ("hmac-sha1", "hmac(sha1)", 20, 96),
        ("hmac-sha256", "hmac(sha256)", 32, 128),
        ("hmac-sha256-96", "hmac(sha256)", 32, 96),
        ("hmac-sha384", "hmac(sha384)", 48, 192),
        ("hmac-sha512", "hmac(sha512)", 64, 256),
        ("hmac-ripemd160", "hmac(rmd160)", 20, 96),
        ("aes-xcbc-mac", "xcbc(aes)", 16, 96),
        ("aes-cmac", "cmac(aes)", 16, 96)]

AES = ("aes-cbc", "enc", "cbc(aes)", 16, 0)
SHA1, SHA256 = MACS[1], MACS[2]
GCM = ("aes-gcm-16", "aead", "rfc4106(gcm(aes))", 20, 128)
CHACHA = COMBINED[-1]

# name, tunnel, inner packet, outer ends
TRANSPORT4 = ("transport 4", False, lambda size: packet4(A4, B4, size), (A4, B4))
TRANSPORT6 = ("transport 6", False, lambda size: packet6(A6, B6, size, label=0x54321), (A6, B6))
IN4 = lambda size: packet4(HOST_A4, HOST_B4, size, tos=0x28)
IN6 = lambda size: packet6(HOST_A6, HOST_B6, size, traffic_class=0x28, label=0x54321)
TUNNEL44 = ("tunnel 4 in 4", True, IN4, (A4, B4))
TUNNEL66 = ("tunnel 6 in 6", True, IN6, (A6, B6))
TUNNEL64 = ("tunnel 6 in 4", True, IN6, (A4, B4))
TUNNEL46 = ("tunnel 4 in 6", True, IN4, (A6, B6))
PATHS = [TRANSPORT4, TRANSPORT6, TUNNEL44, TUNNEL66]
ALL_PATHS = PATHS + [TUNNEL64, TUNNEL46]


class Case:
    def __init__(self, name, path, sas, sizes=(1, 37), make=None, ends_b=None):
        self.name, self.path, self.sas, self.sizes = name, path, sas, sizes
        self.make = make or path[2]
        self.ends = path[3]
        self.ends_b = ends_b or self.ends
        self.changes = make is not None


def paths_of(cipher):
    """All for one key size, two for the others."""
    return PATHS if cipher[3] in (0, 8, 16, 19, 20, 24, 36) else [TRANSPORT4, TUNNEL66]


def algorithm_cases():
    spi = 0x1000
    for cipher in CIPHERS:
        for path in paths_of(cipher):
            mac = SHA1 if path[1] else None
            yield Case(f"esp {cipher[0]} {cipher[3] * 8}{' hmac-sha1' if mac else ''} {path[0]}",
                       path, [Sa("esp", spi, cipher, mac, path[1])])
            spi += 1
    for cipher in COMBINED:
        for path in paths_of(cipher):
            yield Case(f"esp {cipher[0]} {cipher[3] * 8} {path[0]}",
                       path, [Sa("esp", spi, cipher, None, path[1])])
            spi += 1
    for mac in MACS:
        for path in (TRANSPORT4, TUNNEL66):
            yield Case(f"esp aes-cbc {mac[0]} {path[0]}",
                       path, [Sa("esp", spi, AES, mac, path[1])])
            spi += 1
        for path in PATHS:
            yield Case(f"ah {mac[0]} {path[0]}", path, [Sa("ah", spi, None, mac, path[1])])
            spi += 1
            if mac[3] in (128, 256) and path[3][0] == A4:
                yield Case(f"ah {mac[0]} {path[0]} align4", path,
                           [Sa("ah", spi, None, mac, path[1], align4=True)])
                spi += 1


def mode_cases():
    spi = 0x3000
    for path in (TUNNEL64, TUNNEL46):
        for name, sa in (("esp aes-cbc hmac-sha256", lambda s: Sa("esp", s, AES, SHA256, True)),
                         ("esp aes-gcm-16", lambda s: Sa("esp", s, GCM, None, True)),
                         ("ah hmac-sha1", lambda s: Sa("ah", s, None, SHA1, True))):
            yield Case(f"{name} {path[0]}", path, [sa(spi)])
            spi += 1
    # every length of padding
    yield Case("esp aes-cbc hmac-sha256 transport 4 all paddings", TRANSPORT4,
               [Sa("esp", spi, AES, SHA256)], sizes=range(0, 17))
    spi += 1
    for first in (3 << 32 | 7, 0xfffffffe, (1 << 32) - 1):
        for path in (TRANSPORT4, TUNNEL66):
            for name, cipher, mac in (("aes-cbc hmac-sha256", AES, SHA256),
                                      ("aes-cbc aes-xcbc-mac", AES, MACS[7]),
                                      ("null hmac-sha512", CIPHERS[0], MACS[5]),
                                      ("aes-ctr hmac-sha1", CIPHERS[-1], SHA1),
                                      ("aes-gcm-16", GCM, None),
                                      ("aes-ccm-16", COMBINED[11], None),
                                      ("aes-gmac", COMBINED[18], None),
                                      ("chacha20-poly1305", CHACHA, None)):
                yield Case(f"esp {name} {path[0]} from {first:#x}", path,
                           [Sa("esp", spi, cipher, mac, path[1], extended=first)],
                           sizes=(5, 21, 6))
                spi += 1
            for mac in (SHA1, SHA256, MACS[8]):
                align4 = path[3][0] == A4
                yield Case(f"ah {mac[0]} {path[0]} from {first:#x}", path,
                           [Sa("ah", spi, None, mac, path[1], extended=first, align4=align4)],
                           sizes=(5, 21, 6))
                spi += 1
    for path in ALL_PATHS:
        yield Case(f"esp aes-cbc hmac-sha1 {path[0]} in udp", path,
                   [Sa("esp", spi, AES, SHA1, path[1], udp_ports=(4500, 4500))])
        spi += 1
        yield Case(f"esp aes-gcm-16 {path[0]} in udp", path,
                   [Sa("esp", spi, GCM, None, path[1], udp_ports=(4500, 4500))])
        spi += 1


def bundle_cases():
    spi = 0x5000
    for path in ALL_PATHS:
        tunnel = path[1]
        yield Case(f"ipcomp {path[0]}", path, [Sa("ipcomp", spi, tunnel=tunnel)],
                   sizes=(10, 300, 1200))
        if path not in PATHS:
            continue
        yield Case(f"ipcomp + esp {path[0]}", path,
                   [Sa("ipcomp", spi + 1, tunnel=tunnel), Sa("esp", spi + 2, AES, SHA256)],
                   sizes=(10, 300, 1200))
        yield Case(f"ipcomp + esp + ah {path[0]}", path,
                   [Sa("ipcomp", spi + 3, tunnel=tunnel), Sa("esp", spi + 4, GCM),
                    Sa("ah", spi + 5, None, SHA1)], sizes=(10, 300))
        yield Case(f"esp + ah {path[0]}", path,
                   [Sa("esp", spi + 6, AES, None, tunnel), Sa("ah", spi + 7, None, SHA1)])
        yield Case(f"esp + ah tunnel {path[0]}", path,
                   [Sa("esp", spi + 8, AES, SHA1, tunnel),
                    Sa("ah", spi + 9, None, SHA1, path[3][0] == A4 and path[0] == "tunnel 4 in 4")])
        yield Case(f"ah + esp {path[0]}", path,
                   [Sa("ah", spi + 10, None, SHA1, tunnel), Sa("esp", spi + 11, GCM)])
        spi += 12


def hops(*addresses):
    return b"".join(ipaddress.ip_address(address).packed for address in addresses)


def option_cases():
    spi = 0x7000
    r = R4A
    options4 = [
        ("no operation", b"\x01\x01\x01\x00", None),
        ("end of options", b"\x01\x00\0\0", None),
        ("record route", bytes([7, 15, 4]) + bytes(12) + b"\0", None),
        ("timestamp", bytes([68, 16, 5, 0]) + bytes(12), None),
        ("timestamp with addresses", bytes([68, 20, 5, 1]) + bytes(16), None),
        ("router alert", bytes([148, 4, 0, 0]), None),
        ("security", bytes([130, 11, 0xab, 0xcd, 0, 0, 0, 0, 1, 2, 3, 0]), None),
        ("extended security", bytes([133, 4, 1, 2]), None),
        ("commercial security", bytes([134, 6, 0, 0, 0, 5, 0, 0]), None),
        ("multi-destination", bytes([149, 6]) + hops(B4) + b"\0\0", None),
        ("stream id", bytes([136, 4, 0x12, 0x34]), None),
        ("experimental", bytes([94, 6, 1, 2, 3, 4, 1, 0]), None),
        ("loose source route", bytes([131, 7, 4]) + hops(B4) + b"\0", r),
        ("strict source route", bytes([137, 7, 4]) + hops(B4) + b"\0", r),
        ("loose source route used up", bytes([131, 7, 8]) + hops(R4B) + b"\0", None),
        ("several", bytes([1, 148, 4, 0, 0, 7, 7, 4, 0, 0, 0, 0, 136, 4, 1, 2]), None),
    ]
    for name, options, first in options4:
        make = lambda size, o=options, f=first: packet4(A4, f or B4, size, o, final=B4)
        for mac in (SHA1, MACS[8]) if first is None and "route" in name else (SHA1,):
            yield Case(f"ah {mac[0]} option {name}", TRANSPORT4, [Sa("ah", spi, None, mac)],
                       sizes=(9,), make=make, ends_b=(A4, B4))
            spi += 1
        yield Case(f"esp + ah option {name}", TRANSPORT4,
                   [Sa("esp", spi, AES), Sa("ah", spi + 1, None, SHA1)],
                   sizes=(9,), make=make, ends_b=(A4, B4))
        spi += 2
        yield Case(f"esp option {name}", TRANSPORT4, [Sa("esp", spi, GCM)],
                   sizes=(9,), make=make, ends_b=(A4, B4))
        spi += 1
    for tos, df in ((0xfc, True), (0x03, False), (0xff, True)):
        yield Case(f"ah type of service {tos:#x}{' df' if df else ''}", TRANSPORT4,
                   [Sa("ah", spi, None, SHA1)], sizes=(9,),
                   make=lambda size, t=tos, d=df: packet4(A4, B4, size, tos=t, df=d))
        yield Case(f"ah tunnel type of service {tos:#x}{' df' if df else ''}", TUNNEL44,
                   [Sa("ah", spi + 1, None, SHA1, True)], sizes=(9,),
                   make=lambda size, t=tos, d=df: packet4(HOST_A4, HOST_B4, size, tos=t, df=d))
        yield Case(f"esp tunnel type of service {tos:#x}{' df' if df else ''}", TUNNEL44,
                   [Sa("esp", spi + 2, GCM, None, True)], sizes=(9,),
                   make=lambda size, t=tos, d=df: packet4(HOST_A4, HOST_B4, size, tos=t, df=d))
        yield Case(f"esp tunnel 6 traffic class {tos:#x}", TUNNEL66,
                   [Sa("esp", spi + 3, GCM, None, True)], sizes=(9,),
                   make=lambda size, t=tos: packet6(HOST_A6, HOST_B6, size, traffic_class=t))
        yield Case(f"ah 6 traffic class {tos:#x}", TRANSPORT6,
                   [Sa("ah", spi + 4, None, SHA1)], sizes=(9,),
                   make=lambda size, t=tos: packet6(A6, B6, size, traffic_class=t, label=0xfffff))
        spi += 5

    hop, routing, destination = 0, 43, 60
    alert = (hop, bytes([0, 5, 2, 0, 0, 1, 0]))
    mutable = bytes([0, 0x3e, 4, 1, 2, 3, 4])  # may change on the way; skip when unknown
    constant = bytes([0, 0x1e, 4, 1, 2, 3, 4])  # may not
    wide = bytes([1, 0x3e, 3, 9, 8, 7, 0x1e, 3, 6, 5, 4, 0, 1, 1, 0])
    used_up = lambda kind: (routing, bytes([2, kind, 0]) + bytes(4) + hops(R6A))
    to_go = lambda kind, *way: (routing,
                                bytes([2 * len(way), kind, len(way)]) + bytes(4) + hops(*way))
    chains = [
        ("hop-by-hop alert", [alert], None),
        ("hop-by-hop mutable", [(hop, mutable)], None),
        ("hop-by-hop constant", [(hop, constant)], None),
        ("hop-by-hop of both kinds", [(hop, wide)], None),
        ("destination mutable", [(destination, mutable)], None),
        ("destination constant", [(destination, constant)], None),
        ("hop-by-hop and destination", [(hop, wide), (destination, wide)], None),
        ("routing 0 used up", [used_up(0)], None),
        ("routing 0 used up, then destination", [used_up(0), (destination, wide)], None),
        ("hop-by-hop, destination, routing, destination",
         [(hop, wide), (destination, mutable), used_up(0), (destination, constant)], None),
        ("routing 0, one to go", [to_go(0, B6)], R6A),
        ("routing 0, two to go", [to_go(0, R6B, B6)], R6A),
        ("hop-by-hop, destination, routing 0, one to go, destination",
         [(hop, wide), (destination, mutable), to_go(0, B6), (destination, constant)], R6A),
        ("routing 2, one to go", [to_go(2, B6)], R6A),
    ]
    for name, chain, first in chains:
        make = lambda size, c=chain, f=first: packet6(A6, f or B6, size, c, final=B6)
        for mac in (SHA1, SHA256):
            yield Case(f"ah {mac[0]} extensions {name}", TRANSPORT6, [Sa("ah", spi, None, mac)],
                       sizes=(9,), make=make)
            spi += 1
        yield Case(f"esp + ah extensions {name}", TRANSPORT6,
                   [Sa("esp", spi, AES), Sa("ah", spi + 1, None, SHA1)],
                   sizes=(9,), make=make)
        spi += 2
        yield Case(f"esp extensions {name}", TRANSPORT6, [Sa("esp", spi, GCM)],
                   sizes=(9,), make=make)
        spi += 1


def install(case, first_packet):
    """Makes SAs and policies of both ends; @return the SAs' ends at a and at b"""
    tunnelled = any(sa.tunnel for sa in case.sas)
    outer = case.ends
    if not tunnelled:
        at_a = header_ends(first_packet)
        at_b = case.ends_b
    else:
        at_a = at_b = outer
    family = "::/0" if first_packet[0] >> 4 == 6 else "0.0.0.0/0"
    for name, ends, direction in (("a", at_a, "out"), ("b", at_b, "in")):
        lines = ["state flush", "policy flush"]
        lines += [sa.state(*ends) for sa in case.sas]
        templates = [sa.template(*ends, sa.protocol == "ipcomp" and direction == "in")
                     for sa in case.sas]
        lines.append(f"policy add src {family} dst {family} dir {direction} priority 10 "
                     + " ".join(templates))
        for any_address in ("0.0.0.0/0", "::/0"):
            lines.append(f"policy add src {any_address} dst {any_address} proto udp dport 4500 "
                         f"dir {direction} priority 1 action allow")
        script = "\n".join("xfrm " + line for line in lines) + "\n"
        run("ip", "-n", name, "-batch", "-", text=script)
    return at_a, at_b


def header_ends(packet):
    if packet[0] >> 4 == 4:
        return (socket.inet_ntop(socket.AF_INET, packet[12:16]),
                socket.inet_ntop(socket.AF_INET, packet[16:20]))
    return (socket.inet_ntop(socket.AF_INET6, packet[8:24]),
            socket.inet_ntop(socket.AF_INET6, packet[24:40]))


def line(kind, fields):
    return "\t".join([kind, *(f"{name}={value}" for name, value in fields.items())]) + "\n"


def write_pcap(path, packets):
    with open(path, "wb") as file:
        file.write(struct.pack("!IHHIIII", 0xa1b2c3d4, 2, 4, 0, 0, 262144, 101))
        for number, packet in enumerate(packets):
            file.write(struct.pack("!IIII", number, 0, len(packet), len(packet)) + packet)


def main(directory):
    net = Net()
    time.sleep(1.5)  # until neighbours have been announced
    pcaps = {"sent": [], "wire": [], "arrived": []}
    described = []
    for case in [*algorithm_cases(), *mode_cases(), *bundle_cases(), *option_cases()]:
        packets = [case.make(size) for size in case.sizes]
        at_a, at_b = install(case, packets[0])
        outbound = [sa.described(*at_a) for sa in case.sas]
        inbound = [sa.described(*at_b) for sa in case.sas]
        said = {"name": case.name, "first": len(pcaps["sent"]), "count": len(packets)}
        source = ipaddress.ip_address(at_a[0]).packed
        delivered = True
        for size, packet in zip(case.sizes, packets):
            wire, arrived, payload = net.pass_through(packet, source)
            if wire is None:
                raise SystemExit(f"{case.name}: the kernel did not send it")
            pcaps["sent"].append(packet)
            pcaps["wire"].append(wire)
            if case.changes and arrived is not None:
                said.setdefault("arrived", len(pcaps["arrived"]))
                pcaps["arrived"].append(arrived)
            if payload != pattern(size):
                delivered = False
                errors = [one.split()[0] for one in run(
                    "ip", "netns", "exec", "b", "cat", "/proc/net/xfrm_stat").splitlines()
                          if not one.endswith("\t0")]
                print(f"not delivered: {case.name}: {'no trace' if arrived is None else errors}")
        said["delivered"] = str(delivered).lower()
        described.append(line("case", said))
        described += [line("sa", sa) for sa in outbound]
        if inbound != outbound:
            described += [line("in", sa) for sa in inbound]
    for name, packets in pcaps.items():
        write_pcap(f"{directory}/{name}.pcap", packets)
    with open(f"{directory}/cases.tsv", "w", encoding="ascii") as file:
        file.write(f"# made by Linux {os.uname().release}: see core/src/test/kernel-guest/README.md\n")
        file.writelines(described)
    cases = sum(one.startswith("case") for one in described)
    print(f"{cases} cases, {len(pcaps['sent'])} packets, Linux {os.uname().release}")


if __name__ == "__main__":
    main(sys.argv[1])
