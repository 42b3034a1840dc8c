"""The tunnels that are compared. Each sets itself up in a `Pair` and says between which addresses to measure."""

import json
import os
import secrets

from lab import INNER, INNER_NETS, OUTER, LabError, run


class Tunnel:
    """A row of the table: `name` is what --only and the CSV call it, `label` what the reader sees."""

    def __init__(self, name, label, packages=()):
        self.name = name
        self.label = label
        self.packages = packages
        self.addresses = INNER

    def up(self, pair):
        raise NotImplementedError


class Veth(Tunnel):
    """No tunnel: the veth pair itself, with its offloads as they are by default."""

    def __init__(self):
        super().__init__("veth", "plain veth")
        self.addresses = OUTER

    def up(self, pair):
        pair.await_ping(*self.addresses)


# octets of the keys, salts included; what libipsec calls the suite
class Suite:
    def __init__(self, name, cipher, cipher_octets, integrity, integrity_octets, proposal):
        self.name = name
        self.cipher = cipher
        self.cipher_octets = cipher_octets
        self.integrity = integrity
        self.integrity_octets = integrity_octets
        self.proposal = proposal

    def algorithms(self):
        """The end of an `add` of setkey.conf(5), with new keys."""
        text = f"-E {self.cipher} 0x{secrets.token_hex(self.cipher_octets)}"
        if self.integrity:
            text += f" -A {self.integrity} 0x{secrets.token_hex(self.integrity_octets)}"
        return text


SUITES = {
    "gcm": Suite("aes-gcm-128", "aes-gcm-16", 20, None, 0, "aes128gcm16"),
    "chacha": Suite("chacha20-poly1305", "chacha20-poly1305", 36, None, 0, "chacha20poly1305"),
    "cbc": Suite("aes-cbc-128 + sha2-256", "aes-cbc", 16, "hmac-sha256", 32, "aes128-sha256"),
    "3des": Suite("3des-cbc + md5", "3des-cbc", 24, "hmac-md5", 16, "3des-md5"),
}


class Jipsec(Tunnel):
    """Two jipsecd with static keys, loaded by `jsetkey -f`.

    `others` more tunnels to hosts that do not exist are in place around the measured one: each is two policies and
    two SAs, half of them loaded before it and half after it.
    """

    def __init__(self, image, suite, udp, others=0, name=None, label=None):
        framing = "ESP-in-UDP" if udp else "raw ESP"
        super().__init__(
            name or f"jipsec-{'udp' if udp else 'raw'}-{suite}", label or f"jipsec, {framing}, {SUITES[suite].name}"
        )
        self.image = image
        self.suite = SUITES[suite]
        self.udp = udp
        self.others = others

    def association(self, source, destination, spi, algorithms):
        """An `add` from host `source` to host `destination`, by number."""
        port, protocol = ("[4500]", "esp-udp") if self.udp else ("", "esp")
        return f"add {OUTER[source]}{port} {OUTER[destination]}{port} {protocol} 0x{spi:x} -m tunnel -r 64 {algorithms};\n"

    def rule(self, source, destination):
        port = "[4500]" if self.udp else ""
        return f"esp/tunnel/{OUTER[source]}{port}-{OUTER[destination]}{port}/require"

    def others_text(self, side, numbers):
        text = []
        for number in numbers:
            host = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
            gateway = f"198.18.{number >> 8 & 255}.{number & 255}"
            here, spi = OUTER[side], 0x10000 + 2 * number
            text.append(f"add {here} {gateway} esp 0x{spi:x} -m tunnel -r 64 {self.suite.algorithms()};\n")
            text.append(f"add {gateway} {here} esp 0x{spi + 1:x} -m tunnel -r 64 {self.suite.algorithms()};\n")
            text.append(f"spdadd {INNER_NETS[side]} {host} any -P out ipsec esp/tunnel/{here}-{gateway}/require;\n")
            text.append(f"spdadd {host} {INNER_NETS[side]} any -P in ipsec esp/tunnel/{gateway}-{here}/require;\n")
        return "".join(text)

    def configurations(self):
        associations = self.association(0, 1, 0x1001, self.suite.algorithms())
        associations += self.association(1, 0, 0x1002, self.suite.algorithms())
        for side in (0, 1):
            policies = "".join(
                f"spdadd {INNER_NETS[source]} {INNER_NETS[1 - source]} any -P {'out' if source == side else 'in'} ipsec\n"
                f"    {self.rule(source, 1 - source)};\n"
                for source in (0, 1)
            )
            half = self.others // 2
            yield (
                "flush;\nspdflush;\n"
                + self.others_text(side, range(half))
                + associations
                + policies
                + self.others_text(side, range(half, self.others))
            )

    def up(self, pair):
        for side, configuration in enumerate(self.configurations()):
            # What leads there without IPsec; the policies bend it into the tunnel.
            pair.ip(side, "route", "add", INNER_NETS[1 - side], "via", OUTER[1 - side], "src", INNER[side])
            socket = self.socket(pair, side)
            pair.start_tunnel(side, os.path.join(self.image, "bin/jipsecd"), "--foreground", "--socket", socket)
            pair.await_(f"socket {socket}", lambda: os.path.exists(socket))
            path = pair.file(f"{side}.conf", configuration)
            pair.inside(side, *self.jsetkey(pair, side), "-f", path, timeout=120)
        pair.await_ping(*INNER)
        for side in (0, 1):
            counters = json.loads(pair.inside(side, *self.jsetkey(pair, side), "--json", "--stats"))["counters"]
            if not counters["packets-sent-protected"]:
                raise LabError(f"{self.name}: the ping on host {side} went in clear: jipsecd is not on the wire{pair.logs()}")

    @staticmethod
    def socket(pair, side):
        return os.path.join(pair.folder, f"pfkey{side}")

    def jsetkey(self, pair, side):
        return [os.path.join(self.image, "bin/jsetkey"), "--socket", self.socket(pair, side)]


class Libipsec(Tunnel):
    """Two charon of strongSwan, IKEv2 with a secret, ESP by kernel-libipsec: userspace, in UDP, on a TUN device."""

    def __init__(self, suite):
        super().__init__(
            f"libipsec-{suite}",
            f"strongSwan libipsec, {SUITES[suite].name}",
            (
                "strongswan-charon",
                "strongswan-swanctl",
                "libcharon-extra-plugins",
                "libstrongswan-standard-plugins",
                "libstrongswan-extra-plugins",
            ),
        )
        self.suite = SUITES[suite]

    def up(self, pair):
        environments = [self.start(pair, side) for side in (0, 1)]
        for side in (0, 1):
            pair.await_("charon", lambda: os.path.exists(os.path.join(pair.folder, f"{side}", "vici")))
            self.swanctl(pair, side, environments[side], "--load-all", "--file", self.connection(pair, side))
        self.swanctl(pair, 0, environments[0], "--initiate", "--child", "net", "--timeout", "15")
        pair.await_ping(*INNER)

    def start(self, pair, side):
        folder = os.path.join(pair.folder, f"{side}")
        os.makedirs(os.path.join(folder, "x509"), exist_ok=True)
        # openssl first: its AES, ChaCha20 and SHA are the fastest that libipsec can have here.
        conf = pair.file(
            f"{side}/strongswan.conf",
            f"""charon {{
  load = random nonce openssl aes sha1 sha2 md5 hmac gcm kdf pem pkcs1 pkcs8 x509 pubkey kernel-libipsec kernel-netlink socket-default vici updown
  plugins {{
    vici {{ socket = unix://{folder}/vici }}
    kernel-libipsec {{ allow_peer_ts = yes }}
  }}
  filelog {{ stderr {{ default = 1 }} }}
}}
swanctl {{ load = random nonce openssl pem pkcs1 pkcs8 x509 pubkey sha1 sha2 }}
""",
        )
        # A tmpfs on /run, in the mount namespace that "ip netns exec" made: else the two would share their pid file.
        pair.start_tunnel(
            side, "sh", "-c", f"mount -t tmpfs tmpfs /run; STRONGSWAN_CONF={conf} exec /usr/lib/ipsec/charon"
        )
        return {**os.environ, "STRONGSWAN_CONF": conf, "SWANCTL_DIR": folder}

    def connection(self, pair, side):
        there = 1 - side
        return pair.file(
            f"{side}/swanctl.conf",
            f"""connections {{ c {{
  version = 2
  encap = yes
  local_addrs = {OUTER[side]}
  remote_addrs = {OUTER[there]}
  proposals = aes128-sha256-modp2048
  local {{ auth = psk
    id = {OUTER[side]} }}
  remote {{ auth = psk
    id = {OUTER[there]} }}
  children {{ net {{
    local_ts = {INNER_NETS[side]}
    remote_ts = {INNER_NETS[there]}
    esp_proposals = {self.suite.proposal}
    mode = tunnel }} }}
}} }}
secrets {{ ike-1 {{ secret = "only for this benchmark" }} }}
""",
        )

    @staticmethod
    def swanctl(pair, side, environment, *arguments):
        run("swanctl", *arguments, "--uri", f"unix://{pair.folder}/{side}/vici", env=environment)


class WireguardGo(Tunnel):
    """Two wireguard-go; WireGuard knows no other suite than ChaCha20-Poly1305."""

    def __init__(self):
        super().__init__("wireguard-go", "wireguard-go, chacha20-poly1305", ("wireguard-go", "wireguard-tools"))
        self.addresses = ("172.17.0.1", "172.17.0.2")

    def up(self, pair):
        private = [run("wg", "genkey") for _ in (0, 1)]
        public = [run("wg", "pubkey", input=key).strip() for key in private]
        for side in (0, 1):
            key = pair.file(f"{side}.key", private[side])
            # Its control socket is /run/wireguard/wg0.sock, whatever one says: a /run of its own.
            process = pair.start_tunnel(
                side, "sh", "-c", "mount -t tmpfs tmpfs /run; WG_PROCESS_FOREGROUND=1 exec wireguard-go -f wg0"
            )
            pair.await_("device wg0", lambda: "wg0" in pair.ip(side, "link", "show", "dev", "wg0", check=False))
            enter = ("nsenter", "-t", str(process.pid), "-m", "-n")
            pair.await_("socket of wg0", lambda: "wg0" in run(*enter, "ls", "/run/wireguard", check=False))
            peer = ("peer", public[1 - side], "allowed-ips", "172.17.0.0/24", "endpoint", f"{OUTER[1 - side]}:51820")
            run(*enter, "wg", "set", "wg0", "listen-port", "51820", "private-key", key, *peer)
            pair.ip(side, "addr", "add", f"{self.addresses[side]}/24", "dev", "wg0")
            pair.ip(side, "link", "set", "wg0", "up")
        pair.await_ping(*self.addresses)


class OpenVpn(Tunnel):
    """Two openvpn in TLS mode, which their AEAD ciphers need, without the kernel's data channel."""

    def __init__(self, suite, cipher):
        super().__init__(f"openvpn-{suite}", f"openvpn, {SUITES[suite].name}", ("openvpn", "openssl"))
        self.cipher = cipher
        self.addresses = ("172.17.0.1", "172.17.0.2")

    def up(self, pair):
        authority = os.path.join(pair.folder, "ca")
        ec = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes")
        run("openssl", "req", "-x509", *ec, "-keyout", f"{authority}.key", "-out", f"{authority}.pem", "-subj", "/CN=ca", "-days", "2")
        for side in (0, 1):
            own = os.path.join(pair.folder, str(side))
            run("openssl", "req", *ec, "-keyout", f"{own}.key", "-out", f"{own}.csr", "-subj", f"/CN=host{side}")
            run(
                "openssl", "x509", "-req", "-in", f"{own}.csr", "-CA", f"{authority}.pem", "-CAkey", f"{authority}.key",
                "-CAcreateserial", "-out", f"{own}.pem", "-days", "2",
            )  # fmt: skip
        for side in (1, 0):
            own = os.path.join(pair.folder, str(side))
            role = ("--tls-server", "--dh", "none") if side == 1 else ("--tls-client",)
            pair.start_tunnel(
                side, "openvpn", "--dev", "tun0", "--dev-type", "tun", "--proto", "udp", "--port", "1194", "--disable-dco",
                "--remote", OUTER[1 - side], "--ifconfig", self.addresses[side], self.addresses[1 - side],
                "--data-ciphers", self.cipher, "--cipher", self.cipher, "--sndbuf", "1000000", "--rcvbuf", "1000000",
                "--txqueuelen", "1000", "--ca", f"{authority}.pem", "--cert", f"{own}.pem", "--key", f"{own}.key", *role,
            )  # fmt: skip
        for side in (0, 1):
            pair.await_device(side, "tun0")
        pair.await_ping(*self.addresses)


def all_tunnels(image):
    """Every row, in the order of the table."""
    return [
        Veth(),
        *(Jipsec(image, suite, udp) for udp in (True, False) for suite in SUITES),
        *(Libipsec(suite) for suite in SUITES),
        WireguardGo(),
        OpenVpn("gcm", "AES-128-GCM"),
        OpenVpn("chacha", "CHACHA20-POLY1305"),
    ]
