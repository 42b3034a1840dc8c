"""jipsec's stack in one network namespace, the Linux kernel's own IPsec in the other.

Runs as root inside the guest of kernel-guest.sh: interop.py OUTPUT BIN. OUTPUT is a directory for
interop.tsv and the logs; BIN has jsetkey and jipsecd, or is `kernel`: then the kernel is at both
ends, which shows what of a failure is this script's.
"""

import json
import os
import re
import socket
import subprocess
import sys
import time

import interop_net as net
from interop_cases import OURS, THEIRS, cases
from kernel_vectors import run, within
from pfkey_tee import PF_KEY, PF_KEY_V2, Tee

START = time.monotonic()
BYPASS = [f"xfrm policy add src {every} dst {every} proto udp dport 4500 dir in priority 1"
          for every in ("0.0.0.0/0", "::/0")]


def say(text):
    print(f"{time.monotonic() - START:6.1f} s  {text}", flush=True)


class Kernel:
    """The kernel at our end, too."""

    def __init__(self, _output, _bin):
        self.sockets = within("ours", net.encapsulation_sockets)

    def load(self, every):
        net.batch("ours", BYPASS + [line for case in every for line in case.ip_xfrm(OURS)])

    def rows(self):
        yield "our end counted no error", " ".join(xfrm_errors("ours"))


class Jipsec:
    SERVICE, TEE = "/run/pfkey.sock", "/run/tee.sock"

    def __init__(self, output, bin_directory):
        self.output, self.bin, self.mirrored = output, bin_directory, 0
        self.log = f"{output}/jipsecd.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", "ours", f"{self.bin}/jipsecd", "--foreground",
                 "--socket", self.SERVICE], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + 60
        while not self.listens():
            if self.process.poll() is not None or time.monotonic() > end:
                raise SystemExit("jipsecd did not start:\n" + self.said())
            time.sleep(0.2)
        self.tee = Tee(self.TEE, self.SERVICE, within("theirs", lambda: socket.socket(
            PF_KEY, socket.SOCK_RAW, PF_KEY_V2)))

    def listens(self):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(self.SERVICE) == 0

    def said(self):
        with open(self.log, encoding="utf-8") as log:
            return log.read()

    def load(self, every):
        """One file for what only jipsec reads, one for both."""
        for name, path, chosen in (
                ("ours.conf", self.SERVICE, [case for case in every if not case.setkey]),
                ("both.conf", self.TEE, [case for case in every if case.setkey])):
            conf = f"{self.output}/{name}"
            with open(conf, "w", encoding="ascii") as file:
                for case in chosen:
                    file.write("\n".join(case.setkey_conf()) + "\n")
            done = subprocess.run([f"{self.bin}/jsetkey", "--socket", path, "-f", conf],
                                  capture_output=True, text=True, check=False)
            with open(f"{self.output}/{name}.err", "w", encoding="utf-8") as file:
                file.write(done.stdout + done.stderr)
            if done.returncode:
                raise SystemExit(f"jsetkey -f {name}: {done.returncode}\n{done.stderr}")
            say(f"{name}: {len(chosen)} cases loaded")
        self.mirrored = sum(len(case.setkey_conf()) - 1 for case in chosen)

    def rows(self):
        refused = self.tee.refusals[:3]
        yield ("the kernel took setkey.conf by PF_KEY",
               "" if self.tee.accepted == self.mirrored and not refused
               else f"{self.tee.accepted} of {self.mirrored}: {refused}")
        statistics = json.loads(run(f"{self.bin}/jsetkey", "--socket", self.SERVICE,
                                    "--json", "--stats"))
        with open(f"{self.output}/stats.json", "w", encoding="utf-8") as file:
            json.dump(statistics, file, indent=1)
        counted = statistics["counters"]
        counts = {one["reason"]: one["packets"] for one in statistics["drops"]}
        counts |= {name: counted[name] for name in ("packets-sent-clear", "packets-received-clear")}
        yield ("jipsec dropped nothing, and nothing went in clear",
               ", ".join(f"{name}: {count}" for name, count in counts.items() if count))
        yield "jipsecd runs on", "" if self.process.poll() is None else "it ended"
        self.process.terminate()
        yield "jipsecd ends", "" if self.process.wait(30) == 0 else f"{self.process.returncode}"
        # the guest's kernel has no nf_tables
        warnings = re.findall(r"\]: WARNING: clear text is let in.*", self.said())
        claims = re.findall("nft table|kept out|cannot remove", self.said())
        yield ("one warning that clear text is let in",
               "" if len(warnings) == 1 and not claims else f"{warnings} {claims}")
        told = "".join(run("ip", "-n", "ours", *words) for words in (
            ["link"], ["rule"], ["-6", "rule"],
            ["route", "show", "table", "all"], ["-6", "route", "show", "table", "all"]))
        left = [line for line in told.splitlines() if re.search("jipsec0|27248|proto 106", line)]
        yield "nothing is left behind", "; ".join(left[:5])


def xfrm_errors(name):
    for line in run("ip", "netns", "exec", name, "cat", "/proc/net/xfrm_stat").splitlines():
        what, count = line.split()
        if count != "0":
            yield f"{what}: {count}"


def unused(name):
    """The SPIs of the SAs by which no packet went."""
    spi = None
    for line in run("ip", "-s", "-n", name, "xfrm", "state").splitlines():
        if found := re.search(r"proto \S+ spi (0x[0-9a-f]+)", line):
            spi = int(found[1], 16)
        elif re.search(r"\b0\(packets\)", line):
            yield spi


def pings(sender, every):
    """What is wrong with those of each case."""
    pinger = within(net.NAMES[sender], net.Pinger)
    echoes, owners = [], []
    for case in every:
        for size, kind in case.pings:
            echoes.append((case.host(sender), case.host(OURS + THEIRS - sender), size, kind))
            owners.append(case)
    answers = pinger.ping(echoes)
    wrong = {case: [] for case in every}
    for case, echo, answer in zip(owners, echoes, answers):
        if answer:
            wrong[case].append(f"{echo[2]}{'r' * echo[3]}: {answer}")
    say(f"{len(echoes)} pings from {net.NAMES[sender]}, "
        f"{sum(map(bool, answers))} without their answer")
    return {case: ", ".join(texts[:4]) for case, texts in wrong.items()}


def transfers(every):
    wrong = {}
    for case in every:
        if case.tcp:
            ways = ("ours", "theirs") if case.tcp == "from" else ("theirs", "ours")
            wrong[case], seconds = net.transfer(*ways, case)
            say(f"10 MB to {ways[1]} by {case.name}: {wrong[case] or 'ok'}, {seconds:.1f} s")
    return wrong


def main(output, bin_directory):
    every = cases()
    if os.environ.get("INTEROP_ONLY"):
        every = [case for case in every if re.search(os.environ["INTEROP_ONLY"], case.name)]
    ours = Kernel if bin_directory == "kernel" else Jipsec
    net.make_hosts(every)
    say("two hosts")
    sockets = within("theirs", net.encapsulation_sockets)
    net.batch("theirs", BYPASS + [line for case in every for line in case.ip_xfrm()
                                  if ours is Kernel or not case.setkey])
    say("the kernel is keyed")
    peer = ours(output, bin_directory)
    say("our end runs")
    peer.load(every)
    first, second = pings(OURS, every), pings(THEIRS, every)
    tcp = transfers(every)
    silent = set(unused("theirs"))
    failed = 0
    with open(f"{output}/interop.tsv", "w", encoding="utf-8") as file:
        file.write("case\tpings from jipsec\tpings from Linux\tTCP, 10 MB\tSAs\n")
        for case in every:
            idle = [f"{spi:#x}" for *_, spi in case.associations() if spi in silent]
            columns = [first[case], second[case], tcp.get(case, "-"),
                       f"unused: {' '.join(idle)}" if idle else ""]
            bad = any(text not in ("", "-") for text in columns)
            failed += bad
            file.write("\t".join([case.name, *(text or "ok" for text in columns)]) + "\n")
            if bad:
                say(f"FAILED {case.name}: {columns}")
        for what, wrong in [("Linux counted no error", " ".join(xfrm_errors("theirs"))),
                            *peer.rows()]:
            file.write(f"{what}\t{wrong or 'ok'}\n")
            failed += bool(wrong)
            say(f"{'FAILED ' if wrong else ''}{what}: {wrong or 'ok'}")
    say(f"{len(every)} cases, {failed} failures, Linux {os.uname().release}")
    del sockets
    return failed != 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
