"""--rekey MINUTES: what traffic loses, and what memory grows, while its SAs are replaced every two seconds.

In turn the SAs get new lifetimes by `update`, and are replaced by others in the order that loses nothing: both ends
add the new inbound SA, then the new outbound one, delete the old outbound one, and when nothing can be under way
any more the old inbound one.
"""

import json
import os
import pty
import statistics
import time

import iperf
from lab import INNER, OUTER, LabError, Pair

PERIOD = 2.0  # seconds
UNDER_WAY = 0.5  # seconds after which nothing protected by the old SA arrives any more
UDP_RATE = 4_000  # packets of 1400 octets per second
TCP_RATE = "50M"
STEADY_AFTER = 300  # seconds: until then the heap takes the room that it is given
MOST_GROWTH = 0.10  # of resident memory, last third against the middle one


class Shell:
    """The shell of jsetkey, on a terminal, where it carries out each line at once: to start a jsetkey for every step
    would cost more than what it is told."""

    def __init__(self, pair, tunnel, side):
        self.terminal, end = pty.openpty()
        os.set_blocking(self.terminal, False)
        dumb = {**os.environ, "TERM": "dumb"}
        command = [*tunnel.jsetkey(pair, side), "-c"]
        self.process = pair.start(side, "setsid", "--ctty", *command, stdin=end, stdout=end, stderr=end, env=dumb)
        os.close(end)
        self.asked = 0

    def read(self):
        try:
            return os.read(self.terminal, 65536).decode(errors="replace")
        except BlockingIOError:
            return ""

    def say(self, text):
        """Has the commands carried out, and returns when they are. A refused one is an error."""
        # An SA that does not exist, asked for in a line of its own (a line is carried out as a whole): its refusal
        # comes after all that was said before.
        self.asked += 1
        spi = 0x7000000 + self.asked
        line = f"{' '.join(text.split())}\rget 192.0.2.1 192.0.2.2 esp {spi};\r".encode()
        while line:
            try:
                line = line[os.write(self.terminal, line) :]
            except BlockingIOError:
                time.sleep(0.005)
        end = time.monotonic() + 20
        said = ""
        while f"no SA esp 0x{spi:08x}" not in said:
            if self.process.poll() is not None or time.monotonic() > end:
                raise LabError(f"the shell of jsetkey does not answer: {said}")
            time.sleep(0.005)
            said += self.read()
        if said.count("error[") != 1:
            raise LabError(f"jsetkey -c: {said}")

    def close(self):
        os.close(self.terminal)


class Associations:
    """The SAs of the measured tunnel, one from each host to the other."""

    def __init__(self, tunnel):
        self.tunnel = tunnel
        self.generation = 0
        self.algorithms = [None, None]

    def spi(self, source, generation):
        return 0x1001 + source + 0x10 * generation

    def command(self, verb, source, generation, algorithms, more=""):
        text = self.tunnel.association(source, 1 - source, self.spi(source, generation), f"{more} {algorithms}")
        return verb + text.removeprefix("add")

    def delete(self, source, generation):
        port, protocol = ("[4500]", "esp-udp") if self.tunnel.udp else ("", "esp")
        return f"delete {OUTER[source]}{port} {OUTER[1 - source]}{port} {protocol} 0x{self.spi(source, generation):x};\n"

    def replace(self, shells):
        old, new = self.generation, self.generation + 1
        algorithms = [self.tunnel.suite.algorithms() for _ in (0, 1)]
        for step in ("inbound", "outbound"):
            for side, shell in enumerate(shells):
                source = 1 - side if step == "inbound" else side
                shell.say(self.command("add", source, new, algorithms[source]))
        for side, shell in enumerate(shells):
            shell.say(self.delete(side, old))
        time.sleep(UNDER_WAY)
        for side, shell in enumerate(shells):
            shell.say(self.delete(1 - side, old))
        self.generation, self.algorithms = new, algorithms

    def update(self, shells, count):
        seconds = 3600 + count % 100
        for shell in shells:
            for source in (0, 1):
                lifetimes = f"-lh {seconds} -ls {seconds - 60}"
                shell.say(self.command("update", source, self.generation, self.algorithms[source], lifetimes))


class Traffic:
    """iperf3 with TCP and with UDP at once, from host 0 to host 1."""

    def __init__(self, pair, seconds):
        self.pair, self.seconds = pair, seconds
        self.servers = [self.iperf(1, port, "--server", "--one-off", "--bind", INNER[1], "--forceflush") for port in (5201, 5202)]
        for server in self.servers:
            pair.await_("iperf3 --server", lambda: "listening" in open(server.log).read())
        common = ("--client", INNER[1], "--bind", INNER[0], "--time", str(seconds), "--interval", "0", "--json")
        self.tcp = self.iperf(0, 5201, *common, "--bitrate", TCP_RATE)
        payload = 1400 - iperf.HEADERS
        self.udp = self.iperf(0, 5202, *common, "--udp", "--length", str(payload), "--bitrate", str(UDP_RATE * payload * 8), "--window", str(iperf.window()))

    def iperf(self, side, port, *options):
        return self.pair.start(side, "iperf3", "--port", str(port), *options)

    def running(self):
        return self.tcp.poll() is None or self.udp.poll() is None

    def end(self):
        """Packets sent and lost by UDP, retransmits and bits of TCP."""
        for process in (self.tcp, self.udp, *self.servers):
            iperf.finish(process, 20) if process.poll() is None else None
        try:
            tcp, udp = (json.load(open(client.log))["end"] for client in (self.tcp, self.udp))
            return udp["sum"]["packets"], udp["sum"]["lost_packets"], tcp["sum_sent"]["retransmits"], tcp["sum_received"]["bytes"] * 8
        except (ValueError, KeyError):
            raise LabError(f"iperf3 gave no result{self.pair.logs()}") from None


def full_queues(pair):
    """Packets dropped because a process had no turn to fetch them, by place.

    They say that CPUs are short, nothing about SAs: the queue of jipsec's device on host 0, where iperf3 sends, and
    the buffers of UDP sockets on host 1, jipsecd's or iperf3's.
    """
    device = json.loads(pair.ip(0, "-s", "-j", "link", "show", "dev", "jipsec0"))[0]["stats64"]["tx"]["dropped"]
    lines = [line.split() for line in pair.inside(1, "cat", "/proc/net/snmp").splitlines() if line.startswith("Udp:")]
    return {"the queue of jipsec0 full": device, "socket buffers full": int(dict(zip(*lines))["RcvbufErrors"])}


def own_drops(pair, tunnel):
    """What both jipsecd count as dropped, by reason."""
    drops = {}
    for side in (0, 1):
        statistics = json.loads(pair.inside(side, *tunnel.jsetkey(pair, side), "--json", "--stats"))
        for drop in statistics["drops"]:
            reason = f"{drop['reason']} on host {side}"
            drops[reason] = drops.get(reason, 0) + drop["packets"]
    return drops


def since(before, now):
    return {reason: count - before.get(reason, 0) for reason, count in now.items() if count > before.get(reason, 0)}


def resident(process):
    """Octets."""
    with open(f"/proc/{process.pid}/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def phase(pair, tunnel, shells, associations, seconds, replacing):
    """Traffic for so long; returns how many packets are lost for no known reason, and the memory of both jipsecd by time."""
    full, own = full_queues(pair), own_drops(pair, tunnel)
    memory, replaced, updated = [], 0, 0
    traffic = Traffic(pair, seconds)
    begin = following = time.monotonic()
    while traffic.running():
        now = time.monotonic()
        if now > begin + seconds + 30:
            raise LabError(f"iperf3 does not end{pair.logs()}")
        for process in pair.tunnel:
            if process.poll() is not None:
                raise LabError(f"jipsecd has ended, status {process.returncode}{pair.logs()}")
        memory.append((now - begin, [resident(process) for process in pair.tunnel]))
        if replacing and now < begin + seconds - 2 * PERIOD:
            if (replaced + updated) % 2 == 0:
                associations.replace(shells)
                replaced += 1
            else:
                associations.update(shells, updated)
                updated += 1
        following += PERIOD
        time.sleep(max(0, following - time.monotonic()))
    sent, lost, retransmits, bits = traffic.end()
    full, own = since(full, full_queues(pair)), since(own, own_drops(pair, tunnel))
    what = f"SAs replaced {replaced} times and updated {updated} times" if replacing else "SAs left alone"
    print(
        f"{seconds} s, {what}: UDP {lost} of {sent} packets lost, TCP {bits / 1e6 / seconds:.0f} Mbit/s, "
        f"{retransmits} retransmits; dropped: {', '.join(f'{count} {reason}' for reason, count in {**full, **own}.items()) or 'none'}",
        flush=True,
    )
    return max(0, lost - sum(full.values())), memory


def endure(options, tunnel):
    """True when no packet is lost but to full queues, and memory stays where it is."""
    seconds = int(options.rekey * 60)
    with Pair("rekey") as pair:
        tunnel.up(pair)
        shells = [Shell(pair, tunnel, side) for side in (0, 1)]
        associations = Associations(tunnel)
        associations.replace(shells)  # now their keys are known here
        print("warming up: ", end="")
        phase(pair, tunnel, shells, associations, 10, True)
        alone, _ = phase(pair, tunnel, shells, associations, max(10, min(60, seconds // 5)), False)
        lost, memory = phase(pair, tunnel, shells, associations, seconds, True)
        for shell in shells:
            shell.close()
        listed = [pair.inside(side, *tunnel.jsetkey(pair, side), "-D") for side in (0, 1)]
    print("resident memory of the two jipsecd, MiB:")
    step = max(1, len(memory) // 15)
    for at, octets in memory[::step]:
        print(f"  {at:6.0f} s  " + "  ".join(f"{amount / 2**20:7.1f}" for amount in octets))
    good = True
    for side in (0, 1):
        third = len(memory) // 3
        middle, last = (statistics.median(octets[side] for _, octets in part) for part in (memory[third : 2 * third], memory[2 * third :]))
        held = last <= middle * (1 + MOST_GROWTH) or seconds < STEADY_AFTER
        good = good and held
        print(f"{'ok    ' if held else 'FAILED'} memory of jipsecd {side}: last third {100 * (last / middle - 1):+.1f} % against the middle one")
        left = listed[side].count("state=mature")
        if left != 2:
            good = False
            print(f"FAILED {left} SAs left on host {side} instead of 2")
    held = lost == 0
    print(f"{'ok    ' if held else 'FAILED'} packets lost, but to full queues: {lost} (SAs left alone: {alone})")
    return good and held
