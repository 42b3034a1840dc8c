"""The kernel's IPsec as jsetkey drives it: packets between two network namespaces, and refusals.

Runs as root inside the guest of kernel-guest.sh: traffic.py OUTPUT BIN HOWTO. OUTPUT is a directory
for what is found, BIN has jsetkey and jipsec, HOWTO the HOWTO's four files. Exit status 1 when
anything is not as it should be.
"""

import json
import os
import re
import select
import socket
import subprocess
import sys
import threading
import time

from kernel_vectors import run, within

START = time.monotonic()
OUTPUT, BIN, HOWTO = sys.argv[1:4]
WIRE = {"a": "192.168.1.100", "b": "192.168.2.100"}
BEHIND = {"a": "172.16.1.10", "b": "172.16.2.10"}
PATTERN = b"jipsec" * 4
TCP_OCTETS = 2_000_000
PROTECTED = {50, 51, 108}
failures = 0


def say(text):
    print(f"{time.monotonic() - START:6.1f} s  {text}", flush=True)


def check(what, problem):
    """@param problem what is wrong; empty when nothing is"""
    global failures
    if problem:
        failures += 1
        say(f"FAILED  {what}: {problem}")
    else:
        say(f"ok      {what}")


def make_hosts():
    for host in "ab":
        run("ip", "netns", "add", host)
    run("ip", "link", "add", "veth0", "netns", "a", "type", "veth", "peer", "name", "veth0", "netns", "b")
    for host, other in ("ab", "ba"):
        for words in (["link", "set", "lo", "up"],
                      ["address", "add", WIRE[host] + "/32", "dev", "veth0"],
                      ["address", "add", BEHIND[host] + "/32", "dev", "lo"],
                      ["link", "set", "veth0", "up"],
                      ["route", "add", WIRE[other], "dev", "veth0", "src", WIRE[host]],
                      ["route", "add", BEHIND[other], "via", WIRE[other], "dev", "veth0", "onlink",
                       "src", BEHIND[host]]):
            run("ip", "-n", host, *words)


def program(host, name, *words, rights=True):
    drop = [] if rights else ["setpriv", "--bounding-set=-net_admin", "--inh-caps=-all"]
    done = subprocess.run(["ip", "netns", "exec", host, *drop, f"{BIN}/{name}", *words],
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    with open(f"{OUTPUT}/commands.log", "a", encoding="utf-8") as log:
        log.write(f"{host}# {name} {' '.join(words)}\n{done.stdout}{done.stderr}"
                  f"-> {done.returncode}\n\n")
    return done


class Capture(threading.Thread):
    """What both ends put on the wire; what comes in is seen again when it is unpacked."""

    OUTGOING = 4

    def __init__(self):
        super().__init__(daemon=True)
        self.sockets = [within(host, lambda: socket.socket(
            socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))) for host in "ab"]
        for one in self.sockets:
            one.bind(("veth0", 3))
        self.packets, self.ending = [], False
        self.start()

    def run(self):
        while not self.ending:
            for one in select.select(self.sockets, [], [], 0.2)[0]:
                octets, address = one.recvfrom(65535)
                if address[2] == self.OUTGOING and octets[12:14] == b"\x08\x00":
                    self.packets.append(octets[14:])

    def end(self):
        time.sleep(0.5)
        self.ending = True
        self.join()
        for one in self.sockets:
            one.close()
        return self.packets


def ping(host, addresses):
    other = "b" if host == "a" else "a"
    done = subprocess.run(["ip", "netns", "exec", host, "ping", "-n", "-c", "3", "-i", "0.2", "-W", "5",
                           "-s", "200", "-p", PATTERN[:6].hex(), "-I", addresses[host],
                           addresses[other]], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 and " 3 received" in done.stdout else done.stdout.strip()


def tcp(addresses):
    """2 MB from a to b."""
    sent = PATTERN * (TCP_OCTETS // len(PATTERN))
    server = within("b", socket.socket)
    client = within("a", socket.socket)
    with server, client:
        server.bind((addresses["b"], 0))
        server.listen()
        server.settimeout(60)
        client.bind((addresses["a"], 0))
        client.settimeout(60)
        arrived = []

        def accept():
            peer, _ = server.accept()
            peer.settimeout(60)
            with peer:
                while octets := peer.recv(1 << 16):
                    arrived.append(octets)

        receiver = threading.Thread(target=accept, daemon=True)
        receiver.start()
        try:
            client.connect(server.getsockname())
            client.sendall(sent)
            client.shutdown(socket.SHUT_WR)
        except OSError as broken:
            return f"{broken}"
        receiver.join(60)
    return "" if b"".join(arrived) == sent else f"{sum(map(len, arrived))} octets arrived"


def counts(host):
    """Packets that each SA has seen, by protocol and SPI, as `ip -s xfrm state` has them."""
    told = run("ip", "-n", host, "-s", "xfrm", "state")
    found = {}
    for block in re.split(r"^(?=src )", told, flags=re.M)[1:]:
        protocol, spi = re.search(r"proto (\w+) spi (0x[0-9a-f]+)", block).groups()
        found[protocol, spi] = int(re.search(
            r"lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", block).group(1))
    return found


def errors(host):
    return [line for line in run("ip", "netns", "exec", host, "cat",
                                 "/proc/net/xfrm_stat").splitlines() if line.split()[1] != "0"]


def scene(name, backend, files, addresses, want=()):
    """Loads a file at each end, and lets packets go.

    @param want what `ip xfrm state` must say
    """
    what = f"{backend}, {name}"
    for host in "ab":
        done = program(host, "jsetkey", "--backend", backend, "-f", files[host])
        check(f"{what}: jsetkey -f in {host}", "" if done.returncode == 0 else done.stderr)
    before = {host: counts(host) for host in "ab"}
    refused = {host: errors(host) for host in "ab"}
    capture = Capture()
    for host in "ab":
        check(f"{what}: ping from {host}", ping(host, addresses))
    check(f"{what}: {TCP_OCTETS // 1_000_000} MB of TCP", tcp(addresses))
    packets = capture.end()
    for host in "ab":
        after = counts(host)
        check(f"{what}: ip -s xfrm state counts on all {len(after)} SAs of {host}",
              "none" if not after else ", ".join(
                  f"{protocol} {spi}: {before[host].get((protocol, spi))} -> {count}"
                  for (protocol, spi), count in after.items()
                  if count - before[host].get((protocol, spi), 0) < 6))
        check(f"{what}: the kernel of {host} counted no error",
              "" if errors(host) == refused[host] else ", ".join(errors(host)))
    clear = [packet for packet in packets if packet[9] not in PROTECTED]
    readable = [packet for packet in packets if PATTERN in packet]
    check(f"{what}: {len(packets)} packets on the wire, all protected",
          "" if len(packets) > 100 and not clear and not readable
          else f"{len(clear)} in clear, {len(readable)} readable")
    told = run("ip", "-n", "a", "xfrm", "state")
    for each in want:
        check(f"{what}: ip xfrm state says `{each}`", "" if each in told else told)
    for option in ("-D", "-DP"):
        done = program("a", "jsetkey", "--backend", backend, option)
        check(f"{what}: jsetkey {option}",
              "" if done.returncode == 0 and "No S" not in done.stdout else done.stdout + done.stderr)


def written(name, text):
    path = f"{OUTPUT}/{name}"
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def modern(host, aead, options):
    """An SA of each direction and a policy of each, in transport mode."""
    here, there = ("in", "out") if host == "b" else ("out", "in")
    a, b = WIRE["a"], WIRE["b"]
    return written(f"modern-{host}.conf", f"""flush; spdflush;
add {a} {b} esp 0x401 {options} {aead.format(first="11", second="22")};
add {b} {a} esp 0x402 {options} {aead.format(first="33", second="44")};
spdadd {a} {b} any -P {here} ipsec esp/transport//require;
spdadd {b} {a} any -P {there} ipsec esp/transport//require;
""")


AEAD = "-E aes-gcm-16 0x" + "{first}" * 16 + "01020304"
SHA256 = "-E aes-cbc 0x" + "{first}" * 16 + " -A hmac-sha256 0x" + "{second}" * 32


def traffic():
    for backend in ("xfrm", "pfkey"):
        for kind, addresses in (("transport", WIRE), ("tunnel", BEHIND)):
            scene(f"HOWTO {kind}", backend,
                  {"a": f"{HOWTO}/{kind}-100.conf", "b": f"{HOWTO}/{kind}-200.conf"}, addresses)
    cases = (("AEAD, extended numbers, window 128", AEAD, "-esn -r 128",
              ("aead rfc4106(gcm(aes))", "esn", "replay_window 128"), ["SK022", "SK043", "SK043"]),
             ("HMAC-SHA256-128", SHA256, "-r 32",
              ("auth-trunc hmac(sha256)", " 128"), ["SK022"]))
    for name, algorithms, options, want, _ in cases:
        scene(name, "xfrm", {host: modern(host, algorithms, options) for host in "ab"}, WIRE, want)
    for name, algorithms, options, _, codes in cases:
        done = program("a", "jsetkey", "--backend", "pfkey", "--json", "-f",
                       modern("a", algorithms, options))
        told = json.loads(done.stdout)
        errors_told = [one for one in told["diagnostics"] if one["severity"] == "error"]
        check(f"pfkey, {name}: says why not, and what to use",
              "" if done.returncode == 1
              and sorted(one["code"] for one in errors_told) == sorted(codes * 2)
              and all("--backend xfrm" in one.get("hint", "") for one in errors_told)
              else done.stdout)
        check(f"pfkey, {name}: nothing was applied",
              "" if counts("a") else "the SAs of before are gone")


BASE = f"""flush; spdflush;
add {WIRE["a"]} {WIRE["b"]} esp 0x501 -E aes-cbc 0x{"12" * 16} -A hmac-sha1 0x{"34" * 20};
spdadd {WIRE["a"]} {WIRE["b"]} tcp -P out ipsec esp/transport//require;
getspi {WIRE["a"]} {WIRE["b"]} esp 0x900 0x900;
"""
KEYS = f'-E aes-cbc 0x{"12" * 16} -A hmac-sha1 0x{"34" * 20}'
ENDS = f'{WIRE["a"]} {WIRE["b"]}'

# statement, what the message says, what the label says, over which backends
REFUSED = [
    (f"add {ENDS} esp 0x501 {KEYS};", "is there already", "EEXIST"),
    (f"update {ENDS} esp 0x777 {KEYS};", "there is no SA of this address", "ESRCH"),
    (f"delete {ENDS} esp 0x778;", "there is no SA of this address", "ESRCH"),
    (f"get {ENDS} esp 0x779;", "there is no SA of this address", "ESRCH"),
    (f"spdadd {ENDS} tcp -P out none;", "is there already", "EEXIST"),
    (f"spddelete {ENDS} udp -P out;", "there is no policy of this selector", "ENOENT"),
    (f"spdadd {ENDS} icmp -P out ipsec esp/tunnel/{WIRE['a']}-{WIRE['b']}/use;",
     "an outbound tunnel cannot be optional", "EINVAL"),
    (f"getspi {ENDS} esp 0x900 0x900;", "no SPI of this range is free", "ENOENT"),
]


def diagnostics(backend, text, name, *options, rights=True):
    done = program("a", "jsetkey", "--backend", backend, "--keep-going", "--json", *options, "-f",
                   written(name, text), rights=rights)
    try:
        told = [json.loads(line) for line in done.stdout.splitlines() if '"diagnostics"' in line]
        return [one for each in told for one in each["diagnostics"] if one["code"] == "SK100"]
    except ValueError:
        return []


def refusals():
    for backend in ("xfrm", "pfkey"):
        done = program("a", "jsetkey", "--backend", backend, "-f", written("base.conf", BASE))
        check(f"{backend}, refusals: base.conf", "" if done.returncode == 0 else done.stderr)
        told = diagnostics(backend, "\n".join(one[0] for one in REFUSED) + "\n", "refused.conf")
        by_line = {one["line"]: one for one in told}
        for number, (statement, message, errno) in enumerate(REFUSED, 1):
            one = by_line.get(number, {})
            check(f"{backend}: {errno} of `{statement[:40]}...` is explained",
                  "" if message in one.get("message", "") and errno in one.get("label", "")
                  else json.dumps(one))
            if one.get("notes"):
                say(f"        {one['notes']}")
    unprivileged()
    without_esp()


def unprivileged():
    told = diagnostics("xfrm", f"add {ENDS} esp 0x601 {KEYS};\n", "rights.conf", rights=False)
    check("xfrm: EPERM without CAP_NET_ADMIN is explained",
          "" if told and "CAP_NET_ADMIN" in told[0]["message"] else json.dumps(told))
    done = program("a", "jsetkey", "--backend", "pfkey", "-D", rights=False)
    check("pfkey: EPERM without CAP_NET_ADMIN is explained",
          "" if done.returncode == 1 and "CAP_NET_ADMIN" in done.stderr else done.stderr)


def without_esp():
    """The module is taken away, and the kernel cannot load it again."""
    for host in "ab":
        program(host, "jsetkey", "--backend", "xfrm", "-F")
    with open(MODPROBE, "w", encoding="ascii") as modprobe:
        modprobe.write("/bin/false")
    time.sleep(1)  # SAs are freed some time after they are deleted
    subprocess.run(["rmmod", "esp4"], check=False)
    for backend in ("xfrm", "pfkey"):
        told = diagnostics(backend, f"add {ENDS} esp 0x602 {KEYS};\n", "esp.conf")
        check(f"{backend}: EPROTONOSUPPORT without esp4 is explained",
              "" if told and "it has no ESP for IPv4" in told[0]["message"]
              and "--backend userspace" in told[0]["hint"] else json.dumps(told))
    done = program("a", "jipsec", "doctor")
    check("doctor: there is no ESP for IPv4",
          "" if re.search(r"^kernel-esp +(not IPv4|IPv4 with module)", done.stdout, re.M)
          else done.stdout + done.stderr)
    subprocess.run(["rmmod", "xfrm_user"], check=False)
    done = program("a", "jsetkey", "--backend", "xfrm", "-D")
    check("xfrm: a kernel without XFRM is explained",
          "" if done.returncode == 1 and "modprobe xfrm_user" in done.stderr else done.stderr)


MODPROBE = "/proc/sys/kernel/modprobe"


def modules():
    with open("/proc/modules", encoding="ascii") as file:
        return {line.split()[0] for line in file}


def offers():
    told = json.loads(program("a", "jipsec", "doctor", "--json").stdout)["kernel"]
    for one in told["algorithms"]:
        told[one["name"]] = one["offer"]
    return told


def doctor():
    """With the lists of modules, which the guest has elsewhere, and without."""
    kernel = os.uname().release
    os.makedirs("/lib/modules", exist_ok=True)
    os.symlink(f"/usr/lib/uml/modules/{kernel}", f"/lib/modules/{kernel}")
    before = modules()
    told = offers()
    there = [told["xfrm"], told["pfkey"], *told["protocols"]]
    check("doctor: XFRM, PF_KEY, ESP, AH and IPComp",
          "" if all(one["offer"] == "present" for one in there) else json.dumps(told))
    check("doctor: names the module that brings an algorithm",
          "" if told["camellia-cbc"] == "loadable" and told["aes-cbc"] in ("present", "loadable")
          and told["keyed-md5"] == "missing" else json.dumps(told))
    check("doctor: loads nothing but what nft needs to be tried",
          ", ".join(sorted(modules() - before - {"nf_tables", "nfnetlink"})))
    without_algorithm()
    os.unlink(f"/lib/modules/{kernel}")
    told = offers()
    check("doctor: tries where there are no lists of modules",
          "" if told["camellia-cbc"] == told["aes-cbc"] == "present"
          and told["keyed-md5"] == "missing" else json.dumps(told))
    program("a", "jipsec", "doctor")


def without_algorithm():
    """An algorithm whose module is there, but does not come."""
    with open(MODPROBE, encoding="ascii") as file:
        modprobe = file.read()
    with open(MODPROBE, "w", encoding="ascii") as file:
        file.write("/bin/false")
    told = diagnostics("xfrm", f'add {ENDS} esp 0x603 -E camellia-cbc 0x{"12" * 16};\n',
                       "camellia.conf")
    check("xfrm: ENOSYS of camellia-cbc is explained",
          "" if told and told[0]["message"].endswith("it has no camellia-cbc")
          and told[0]["hint"].startswith("modprobe -a cbc camellia_generic;") else json.dumps(told))
    with open(MODPROBE, "w", encoding="ascii") as file:
        file.write(modprobe)


def main():
    make_hosts()
    doctor()
    traffic()
    refusals()
    say("all is as it should be" if not failures else f"{failures} FAILED")
    sys.exit(1 if failures else 0)


if __name__ == "__main__":
    main()
