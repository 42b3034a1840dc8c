"""What is tried between jipsec and the Linux kernel, in both sides' words.

Each case has addresses, SPIs and keys of its own, so that all are in place at once. The host with
jipsec is "ours", the one with the kernel's IPsec "theirs".
"""

import hashlib

from kernel_vectors import AES, CHACHA, CIPHERS, COMBINED, GCM, MACS

MD5, SHA1, SHA256, SHA256_96, SHA384, SHA512 = MACS[:6]
TRIPLE_DES = CIPHERS[2]
NULL = CIPHERS[0]
ENCAPSULATION = 4500

OURS, THEIRS = 1, 2

# name, family of the packets, family of the tunnel's ends
TRANSPORT4 = ("transport 4", 4, None)
TRANSPORT6 = ("transport 6", 6, None)
TUNNEL44 = ("tunnel 4 in 4", 4, 4)
TUNNEL66 = ("tunnel 6 in 6", 6, 6)
TUNNEL64 = ("tunnel 6 in 4", 6, 4)
TUNNEL46 = ("tunnel 4 in 6", 4, 6)
PATHS = [TRANSPORT4, TRANSPORT6, TUNNEL44, TUNNEL66, TUNNEL64, TUNNEL46]


def address(host, family, number, inside=False):
    """Of one case, as all of them are on one device of a host."""
    if family == 4:
        return f"10.{host + 10 * inside}.{number // 250}.{number % 250 + 1}"
    return f"fd00:{host + 10 * inside}::{number:x}"


class Layer:
    """One SA of a bundle, in both directions."""

    def __init__(self, protocol, cipher=None, mac=None, tunnel=False, udp=False,
                 extended=False, last=0, align4=False, raw=False):
        """@param last the sequence number before the first that the kernel sends
        @param raw whether -R says what Linux does anyway"""
        self.protocol, self.cipher, self.mac, self.tunnel = protocol, cipher, mac, tunnel
        self.udp, self.extended, self.last = udp, extended, last
        self.align4, self.raw = align4, raw

    def mode(self):
        return "tunnel" if self.tunnel else "transport"

    def key(self, spi, algorithm):
        length = algorithm[3 if algorithm is self.cipher else 2]
        return hashlib.shake_128(f"{algorithm[0]} {spi}".encode()).digest(length).hex()

    def state(self, sender, ends, spi, tunnel):
        """For `ip xfrm` of the kernel's host.

        @param sender who sends by this SA @param tunnel whether its bundle has a tunnel
        """
        source, destination = ends
        words = ["state add src", source, "dst", destination,
                 "proto", self.protocol.replace("ipcomp", "comp"), "spi", str(spi),
                 "mode", self.mode(), "reqid", str(spi)]
        flags = []
        if self.protocol == "ipcomp":
            words += ["comp", "deflate"]
        elif self.extended:
            words += ["replay-window 64"]
            if sender == THEIRS:
                words += ["replay-oseq", str(self.last)]
            flags.append("esn")
        else:
            words += ["replay-window 32"]
        if self.align4:
            flags.append("align4")
        if tunnel:
            flags.append("af-unspec")
        if flags:
            words += ["flag", *flags]
        if self.cipher:
            _, kind, name, size, icv = self.cipher
            words += [kind, name, "0x" + self.key(spi, self.cipher) if size else '""']
            if kind == "aead":
                words.append(str(icv))
        if self.mac:
            words += ["auth-trunc", self.mac[1], "0x" + self.key(spi, self.mac), str(self.mac[3])]
        if self.udp:
            words += ["encap espinudp", str(ENCAPSULATION), str(ENCAPSULATION), "0.0.0.0"]
        return "xfrm " + " ".join(words)

    def template(self, ends, spi, optional):
        # in transport mode the kernel takes but the family from the addresses
        words = ["tmpl src", ends[0], "dst", ends[1], "proto",
                 self.protocol.replace("ipcomp", "comp"),
                 "reqid", str(spi), "mode", self.mode()]
        return " ".join(words + (["level use"] if optional else []))

    def add(self, ends, spi):
        """For a setkey.conf."""
        source, destination = ends
        protocol = self.protocol
        if self.udp:
            protocol = "esp-udp"
            source += f"[{ENCAPSULATION}]"
            destination += f"[{ENCAPSULATION}]"
        words = ["add", source, destination, protocol, hex(spi), "-m", self.mode()]
        if self.protocol == "ipcomp":
            return " ".join(words) + " -C deflate" + " -R" * self.raw + ";"
        words += ["-r", "64 -esn" if self.extended else "32"]
        if self.cipher:
            words += ["-E", self.cipher[0]]
            if self.cipher[3]:
                words.append("0x" + self.key(spi, self.cipher))
        if self.mac:
            words += ["-A", self.mac[0], "0x" + self.key(spi, self.mac)]
        return " ".join(words) + ";"

    def rule(self, ends, optional):
        between = "-".join(ends) if self.tunnel else ""
        return f"{self.protocol}/{self.mode()}/{between}/{'use' if optional else 'require'}"


class Case:
    """@param setkey whether the kernel gets the setkey.conf, too, and by PF_KEY"""

    numbers = 0

    def __init__(self, name, path, layers, setkey=False, tcp=None, pings=((1400, 0), (8000, 0))):
        Case.numbers += 1
        self.number = Case.numbers
        self.path, self.layers, self.setkey, self.tcp, self.pings = path, layers, setkey, tcp, pings
        self.name = f"{name}, {path[0]}{', by setkey' if setkey else ''}"

    def family(self):
        return self.path[1]

    def host(self, host):
        """Where packets that are to be protected come from."""
        _, family, outer = self.path
        return address(host, family, self.number, inside=outer is not None)

    def addresses(self, host):
        _, family, outer = self.path
        return {self.host(host), address(host, outer or family, self.number)}

    def ends(self, sender):
        """Of the SAs by which `sender` sends."""
        _, family, outer = self.path
        both = [address(host, outer or family, self.number) for host in (OURS, THEIRS)]
        return both if sender == OURS else both[::-1]

    def spi(self, sender, layer):
        return 0x1000 + 16 * self.number + 4 * sender + self.layers.index(layer)

    def associations(self):
        for sender in (OURS, THEIRS):
            for layer in self.layers:
                yield sender, layer, self.ends(sender), self.spi(sender, layer)

    def ip_xfrm(self, receiver=THEIRS):
        """For the host of `receiver`."""
        lines = [layer.state(sender, ends, spi, self.path[2] is not None)
                 for sender, layer, ends, spi in self.associations()]
        for sender in (OURS, THEIRS):
            direction = "out" if sender == receiver else "in"
            templates = [
                layer.template(self.ends(sender), self.spi(sender, layer),
                               layer.protocol == "ipcomp" and direction == "in")
                for layer in self.layers]
            lines.append(f"xfrm policy add src {self.host(sender)} dst "
                         f"{self.host(OURS + THEIRS - sender)} dir {direction} priority 10 "
                         + " ".join(templates))
        return lines

    def setkey_conf(self):
        """For our host."""
        lines = [f"# {self.name}"]
        lines += [layer.add(ends, spi) for _, layer, ends, spi in self.associations()]
        for sender, direction in ((OURS, "out"), (THEIRS, "in")):
            # what does not shrink is sent without IPComp; no system takes that for a tunnel out
            rules = [layer.rule(self.ends(sender), layer.protocol == "ipcomp"
                                and not (layer.tunnel and direction == "out"))
                     for layer in self.layers]
            lines.append(f"spdadd {self.host(sender)} {self.host(OURS + THEIRS - sender)} any "
                         f"-P {direction} ipsec {' '.join(rules)};")
        return lines


def bits(cipher):
    return f"{cipher[0]} {cipher[3] * 8}" if cipher[3] else cipher[0]


def algorithm_cases():
    """Every algorithm both know, and every size of its key."""
    for cipher in CIPHERS:
        yield Case(f"esp {bits(cipher)}", TRANSPORT4, [Layer("esp", cipher)])
        yield Case(f"esp {bits(cipher)} hmac-sha1", TUNNEL66, [Layer("esp", cipher, SHA1, True)])
    for cipher in COMBINED:
        yield Case(f"esp {bits(cipher)}", TRANSPORT4, [Layer("esp", cipher)])
        yield Case(f"esp {bits(cipher)}", TUNNEL66, [Layer("esp", cipher, None, True)])
    for mac in MACS:
        yield Case(f"esp aes-cbc {mac[0]}", TRANSPORT4, [Layer("esp", AES, mac)])
        # an AH of IPv4 is a multiple of 32 bits long; Linux has that on demand only
        align4 = mac[3] % 64 == 0
        yield Case(f"ah {mac[0]}", TRANSPORT4, [Layer("ah", None, mac, align4=align4)])
        yield Case(f"ah {mac[0]}", TUNNEL66, [Layer("ah", None, mac, True)])


def setkey_cases():
    """What the PF_KEY of Linux knows."""
    ciphers = [cipher for cipher in CIPHERS if cipher[0] != "null"]
    for i, cipher in enumerate(ciphers):
        path = (TRANSPORT6, TUNNEL44)[i % 2]
        yield Case(f"esp {bits(cipher)} hmac-sha1", path,
                   [Layer("esp", cipher, SHA1, path[2] is not None)], setkey=True)
    # without AES-CMAC, which has no number there
    for mac in MACS[:-1]:
        if mac is SHA256:
            continue  # PF_KEY has only the 96 bits of the draft
        yield Case(f"esp null {mac[0]}", TRANSPORT4, [Layer("esp", NULL, mac)], setkey=True)
        yield Case(f"ah {mac[0]}", TRANSPORT6, [Layer("ah", None, mac)], setkey=True)
    howto = [Layer("esp", TRIPLE_DES), Layer("ah", None, MD5)]
    yield Case("howto: esp 3des-cbc + ah hmac-md5", TRANSPORT4, howto, setkey=True, tcp="from")
    howto = [Layer("esp", AES, None, True), Layer("ah", None, SHA1)]
    yield Case("esp aes-cbc + ah hmac-sha1", TUNNEL44, howto, setkey=True, tcp="to")
    for raw in (False, True):
        yield Case(f"ipcomp{' -R' * raw} + esp", TRANSPORT4,
                   [Layer("ipcomp", raw=raw), Layer("esp", AES, SHA1)], setkey=True)
    for path in (TRANSPORT4, TRANSPORT6, TUNNEL44):
        yield Case("esp aes-cbc hmac-sha1 in udp", path,
                   [Layer("esp", AES, SHA1, path[2] is not None, udp=True)], setkey=True)


def mode_cases():
    for path in PATHS:
        tunnel = path[2] is not None
        yield Case("esp aes-cbc hmac-sha256", path, [Layer("esp", AES, SHA256, tunnel)],
                   tcp={TRANSPORT6: "to", TUNNEL46: "from"}.get(path))
        yield Case("esp chacha20-poly1305", path, [Layer("esp", CHACHA, None, tunnel)])
        yield Case("ah hmac-sha1", path, [Layer("ah", None, SHA1, tunnel)],
                   tcp={TRANSPORT6: "from"}.get(path))
        yield Case("ah over esp null", path,
                   [Layer("esp", NULL, None, tunnel), Layer("ah", None, SHA1)])
        yield Case("ah over esp aes-gcm-16", path,
                   [Layer("esp", GCM, None, tunnel), Layer("ah", None, SHA256, align4=True)])
        yield Case("esp + ah tunnel", path,
                   [Layer("esp", GCM, None, tunnel), Layer("ah", None, SHA1, tunnel)])
        # 24 octets are not worth compressing
        short = ((1400, 0), (8000, 0), (24, 0), (1400, 1))
        yield Case("ipcomp", path, [Layer("ipcomp", tunnel=tunnel)], pings=short)
        yield Case("ipcomp + esp", path,
                   [Layer("ipcomp", tunnel=tunnel), Layer("esp", AES, SHA256)], pings=short,
                   tcp={TRANSPORT4: "to"}.get(path))
        yield Case("ipcomp + esp + ah", path,
                   [Layer("ipcomp", tunnel=tunnel), Layer("esp", GCM), Layer("ah", None, SHA1)],
                   pings=short)
        for cipher, mac in ((AES, SHA256), (GCM, None)):
            yield Case(f"esp {cipher[0]}{' ' + mac[0] if mac else ''} in udp", path,
                       [Layer("esp", cipher, mac, tunnel, udp=True)],
                       tcp={(TRANSPORT4, GCM): "from", (TUNNEL66, GCM): "to"}.get((path, cipher)))
    yield Case("esp aes-gcm-16", TUNNEL44, [Layer("esp", GCM, None, True)], tcp="to")


def extended_cases():
    """Extended sequence numbers; the kernel's go beyond 32 bits where `last` is given."""
    last = 0xffffffbf
    for path, first in ((TRANSPORT4, 0), (TUNNEL66, 0), (TRANSPORT6, last), (TUNNEL44, last)):
        tunnel = path[2] is not None
        for name, cipher, mac in (("aes-cbc hmac-sha256", AES, SHA256),
                                  ("null hmac-sha512", NULL, SHA512),
                                  ("aes-ctr hmac-sha1", CIPHERS[-1], SHA1),
                                  ("aes-gcm-16", GCM, None),
                                  ("aes-ccm-16", COMBINED[11], None),
                                  ("aes-gmac", COMBINED[18], None),
                                  ("chacha20-poly1305", CHACHA, None)):
            yield Case(f"esp {name} esn{' beyond 32 bits' if first else ''}", path,
                       [Layer("esp", cipher, mac, tunnel, extended=True, last=first)],
                       pings=((1400, 0), (8000, 0)) + ((8, 0),) * (70 if first else 0),
                       tcp="from" if cipher is GCM and path is TRANSPORT4 else None)
        yield Case(f"ah hmac-sha1 esn{' beyond 32 bits' if first else ''}", path,
                   [Layer("ah", None, SHA1, tunnel, extended=True, last=first)],
                   pings=((1400, 0), (8000, 0)) + ((8, 0),) * (70 if first else 0))


def cases():
    return [*algorithm_cases(), *mode_cases(), *extended_cases(), *setkey_cases()]
