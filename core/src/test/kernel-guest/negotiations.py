"""Two jracoons beside the kernel's IPsec: what they negotiate carries pings, and goes with them.

Runs as root inside the guest of kernel-guest.sh: negotiations.py OUTPUT BIN. OUTPUT is a directory
for what is found, BIN has jsetkey and jracoon. Exit status 1 when anything is not as it should be.
"""

import os
import re
import signal
import subprocess
import sys
import time

from kernel_vectors import run

START = time.monotonic()
OUTPUT, BIN = sys.argv[1:3]
WIRE = {"a": "192.168.1.100", "b": "192.168.2.100"}
BEHIND = {"a": "172.16.1.10", "b": "172.16.2.10"}
PATIENCE = 60
failures = 0

PROPOSAL = """
    proposal {
        encryption_algorithm aes 256;
        hash_algorithm sha256;
        authentication_method pre_shared_key;
        dh_group modp2048;
    }
"""


class Case:
    """@param rules of the policies, with {own} and {peer} in them; "tunnel" is between what is behind
    @param remote more statements for each side
    @param generates whether b has no policies, and makes them as a asks for them
    @param protocols those of the SAs that have to be there and used, in each direction"""

    def __init__(self, name, backend, rules, protocols, remote="exchange_mode main;", tunnel=False,
                 generates=False, encapsulated=False, authentication="hmac_sha256"):
        self.name, self.backend, self.rules, self.protocols = name, backend, rules, protocols
        self.remote, self.tunnel, self.generates = remote, tunnel, generates
        self.encapsulated, self.authentication = encapsulated, authentication

    def ends(self):
        return BEHIND if self.tunnel else WIRE


CASES = [
    Case("tunnel over XFRM", "xfrm", "esp/tunnel/{own}-{peer}/require", ["esp"], tunnel=True),
    Case("transport, ESP and AH over XFRM", "xfrm", "esp/transport//require ah/transport//require",
         ["esp", "ah"]),
    Case("aggressive, policies made by b over XFRM", "xfrm", "esp/tunnel/{own}-{peer}/unique", ["esp"],
         remote='exchange_mode aggressive; my_identifier fqdn "{self}.example";', tunnel=True,
         generates=True),
    Case("UDP encapsulation forced over XFRM", "xfrm", "esp/tunnel/{own}-{peer}/require", ["esp"],
         remote="exchange_mode main; nat_traversal force;", tunnel=True, encapsulated=True),
    Case("tunnel over PF_KEY", "pfkey", "esp/tunnel/{own}-{peer}/require", ["esp"], tunnel=True,
         authentication="hmac_sha1"),
    Case("transport, UDP encapsulation forced over PF_KEY", "pfkey", "esp/transport//require", ["esp"],
         remote="exchange_mode main; nat_traversal force;", encapsulated=True,
         authentication="hmac_sha1"),
]


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


def within(host, *words):
    return subprocess.run(["ip", "netns", "exec", host, *words], stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False)


def write(path, text, mode=0o644):
    with open(path, "w", encoding="utf-8") as file:
        os.chmod(path, mode)
        file.write(text)


def configure(case, folder, host, other):
    own, peer = WIRE[host], WIRE[other]
    ends = case.ends()
    spd = ""
    if not (case.generates and host == "b"):
        for source, destination, direction, first, second in (
                (host, other, "out", own, peer), (other, host, "in", peer, own)):
            rules = case.rules.format(own=first, peer=second)
            spd += f"spdadd {ends[source]} {ends[destination]} any -P {direction} ipsec {rules};\n"
    write(f"{folder}/{host}.setkey", "flush; spdflush;\n" + spd)
    write(f"{folder}/{host}.psk",
          f"{peer} not very secret\n{other}.example not very secret\n", 0o600)
    write(f"{folder}/{host}.conf", f"""
path pre_shared_key "{folder}/{host}.psk";
path pidfile "{folder}/{host}.pid";
listen {{ adminsock disabled; }}
remote {peer} {{
    {case.remote.replace("{self}", host)}
    {"generate_policy on; passive on;" if case.generates and host == "b" else ""}
    {PROPOSAL}
}}
sainfo anonymous {{
    pfs_group modp2048;
    encryption_algorithm aes 256;
    authentication_algorithm {case.authentication};
    compression_algorithm deflate;
}}
""")


def await_file(path):
    end = time.monotonic() + PATIENCE
    while not os.path.exists(path):
        if time.monotonic() > end:
            return f"no {path} after {PATIENCE} s"
        time.sleep(0.1)
    return ""


def await_ping(case):
    """The first answer, and then ten pings of which none may be lost."""
    end = time.monotonic() + PATIENCE
    start = time.monotonic()
    target = case.ends()["b"]
    while within("a", "ping", "-c", "1", "-W", "1", target).returncode != 0:
        if time.monotonic() > end:
            return f"no answer from {target} within {PATIENCE} s"
    say(f"        the first answer after {time.monotonic() - start:.1f} s")
    pings = within("a", "ping", "-c", "10", "-i", "0.2", "-W", "2", target)
    return "" if " 0% packet loss" in pings.stdout else pings.stdout.strip()


def unused(case, host):
    """Whether every SA is there, in both directions, and has carried packets."""
    listing = within(host, "ip", "-s", "xfrm", "state").stdout
    found = []
    for text in re.split(r"^(?=src )", listing, flags=re.M)[1:]:
        source = re.match(r"src (\S+)", text).group(1)
        protocol = re.search(r"proto (\w+) spi", text).group(1)
        packets = int(re.search(r"\(bytes\), (\d+)\(packets\)", text).group(1))
        if packets and ("type espinudp" in text) == (case.encapsulated and protocol == "esp"):
            found.append((source, protocol))
    wanted = {(WIRE[end], protocol) for end in "ab" for protocol in case.protocols}
    missing = wanted - set(found)
    return f"without packets: {sorted(missing)}\n{listing}" if missing else ""


def errors(host):
    """What the kernel counts as wrong; packets that waited for their SA aside."""
    counters = within(host, "cat", "/proc/net/xfrm_stat").stdout.split("\n")
    return " ".join(line for line in counters
                    if line and not line.endswith("\t0") and "OutNoStates" not in line)


def attempt(case, number):
    folder = f"{OUTPUT}/{number}"
    os.mkdir(folder)
    daemons = {}
    before = {host: errors(host) for host in "ab"}
    for host, other in ("ab", "ba"):
        configure(case, folder, host, other)
        loaded = within(host, f"{BIN}/jsetkey", "--backend", case.backend, "-f", f"{folder}/{host}.setkey")
        check(f"{case.name}: policies of {host}", loaded.stderr if loaded.returncode else "")
        with open(f"{folder}/{host}.log", "w", encoding="utf-8") as log:
            daemons[host] = subprocess.Popen(
                ["ip", "netns", "exec", host, f"{BIN}/jracoon", "-F", "-d", "--backend", case.backend,
                 "-f", f"{folder}/{host}.conf"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    for host in "ab":
        check(f"{case.name}: {host} listens", await_file(f"{folder}/{host}.pid"))
    check(f"{case.name}: pings", await_ping(case))
    for host in "ab":
        check(f"{case.name}: SAs of {host}", unused(case, host))
        now = errors(host)
        check(f"{case.name}: errors of {host}", now if now != before[host] else "")
    end(case, daemons)


def end(case, daemons):
    daemons["a"].send_signal(signal.SIGTERM)
    check(f"{case.name}: a ends", "" if daemons["a"].wait(PATIENCE) == 0 else "not with 0")
    gone = time.monotonic() + 10
    left = "something"
    while left and time.monotonic() < gone:
        left = "".join(within(host, "ip", "xfrm", "state").stdout for host in "ab")
        time.sleep(0.2)
    check(f"{case.name}: both have taken their SAs away", left)
    daemons["b"].send_signal(signal.SIGTERM)
    check(f"{case.name}: b ends", "" if daemons["b"].wait(PATIENCE) == 0 else "not with 0")
    if case.generates:
        check(f"{case.name}: b has taken its policies away",
              "\n".join(re.findall(r"^src 172.*", within("b", "ip", "xfrm", "policy").stdout, re.M)))


make_hosts()
for index, each in enumerate(CASES):
    attempt(each, index)
say("all as it should be" if failures == 0 else f"{failures} failures")
sys.exit(1 if failures else 0)
