"""iperf3 between the two hosts of a pair, and the CPU time that it cost all who took part."""

import json
import os
import time
from dataclasses import dataclass

from lab import LabError

TICKS = os.sysconf("SC_CLK_TCK")
HEADERS = 28  # IPv4 and UDP


@dataclass(frozen=True)
class Sample:
    """What one run of iperf3 gave. Bits are those of the payload that arrived."""

    seconds: float
    bits: float
    tunnel_cpu: float  # user + system seconds of the tunnel's processes, both ends
    iperf_cpu: float  # the same of both iperf3
    machine_cpu: float  # of all there is on this machine, interrupts included
    offered: float = 0  # bits per second asked for, UDP only
    sent: int = 0  # packets, UDP only
    lost: int = 0
    retransmits: int = 0  # TCP only

    @property
    def rate(self):
        """Bits per second that arrived."""
        return self.bits / self.seconds

    @property
    def packets(self):
        """Packets per second that arrived, UDP only."""
        return (self.sent - self.lost) / self.seconds

    @property
    def loss(self):
        return self.lost / self.sent if self.sent else 0.0

    @property
    def per_cpu(self):
        """Gbit per CPU-second."""
        cpu = self.tunnel_cpu + self.iperf_cpu
        return self.bits / 1e9 / cpu if cpu else 0.0


def process_cpu(pid):
    """User + system seconds of a process and all its threads so far."""
    with open(f"/proc/{pid}/stat") as stat:
        fields = stat.read().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def machine_cpu():
    """Seconds that all CPUs of this machine were not idle, so far."""
    with open("/proc/stat") as stat:
        user, nice, system, _, _, irq, softirq, *_ = map(int, stat.readline().split()[1:])
    return (user + nice + system + irq + softirq) / TICKS


def finish(process, seconds):
    """Waits for a child that ends by itself; its exit status and its CPU time."""
    end = time.monotonic() + seconds
    while True:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode, usage.ru_utime + usage.ru_stime
        if time.monotonic() > end:
            process.kill()
            os.wait4(process.pid, 0)
            process.returncode = -9
            return -9, 0.0
        time.sleep(0.02)


def iperf(pair, addresses, seconds, *options):
    """One run from host 0 to host 1."""
    server = pair.start(1, "iperf3", "--server", "--one-off", "--bind", addresses[1], "--forceflush")
    pair.await_("iperf3 --server", lambda: "listening" in open(server.log).read())
    for process in pair.tunnel:
        if process.poll() is not None:
            raise LabError(f"{pair.name}: {process.args[7]} has ended, status {process.returncode}{pair.logs()}")
    before, busy = sum(process_cpu(process.pid) for process in pair.tunnel), machine_cpu()
    client = pair.start(
        0, "iperf3", "--client", addresses[1], "--bind", addresses[0], "--time", str(seconds), "--json", *options
    )
    status, client_cpu = finish(client, seconds + 20)
    after, busy = sum(process_cpu(process.pid) for process in pair.tunnel), machine_cpu() - busy
    _, server_cpu = finish(server, 5)
    pair.processes.remove(client)
    pair.processes.remove(server)
    with open(client.log) as text:
        report = text.read()
    os.unlink(client.log)
    os.unlink(server.log)
    try:
        report = json.loads(report[report.index("{") :])  # a warning may come before it
        end = report["end"]
    except (ValueError, KeyError):
        raise LabError(f"{pair.name}: iperf3 {' '.join(options)}: status {status}: {report[-300:]}{pair.logs()}") from None
    if "error" in report:
        raise LabError(f"{pair.name}: iperf3 {' '.join(options)}: {report['error']}{pair.logs()}")
    return end, {"tunnel_cpu": after - before, "iperf_cpu": client_cpu + server_cpu, "machine_cpu": busy}


def tcp(pair, addresses, seconds, streams):
    end, cpu = iperf(pair, addresses, seconds, "--parallel", str(streams))
    received = end["sum_received"]
    return Sample(
        received["seconds"], received["bytes"] * 8, **cpu, retransmits=end["sum_sent"].get("retransmits", 0)
    )


def warm_up(pair, addresses, seconds):
    """TCP until it gets no cheaper: until what a JIT has to compile is compiled, however busy the machine."""
    best, idle = 0.0, 0
    for _ in range(12):
        sample = tcp(pair, addresses, seconds, 1)
        idle = idle + 1 if sample.per_cpu < 1.1 * best else 0
        best = max(best, sample.per_cpu)
        if idle == 2:
            return


def window():
    """Octets for the buffers of iperf3's UDP sockets: as it comes, a few milliseconds without a CPU overflow them."""
    limits = []
    for name in ("rmem_max", "wmem_max"):
        with open(f"/proc/sys/net/core/{name}") as limit:
            limits.append(int(limit.read()))
    return min(2**21, *limits)


def udp(pair, addresses, seconds, size, rate):
    """IPv4 packets of `size` octets, `rate` of them per second."""
    payload = size - HEADERS
    offered = rate * payload * 8
    end, cpu = iperf(
        pair, addresses, seconds,
        "--udp", "--length", str(payload), "--bitrate", str(int(offered)), "--window", str(window()),
    )  # fmt: skip
    total = end["sum"]
    sent, lost = total["packets"], max(0, total["lost_packets"])
    if not any("udp" in stream for stream in end["streams"]):
        sent, lost = 0, 0
    return Sample(
        total["seconds"], (sent - lost) * payload * 8, **cpu, offered=offered, sent=sent, lost=lost
    )


def loss_free(pair, addresses, seconds, size, start, tolerance, attempts):
    """Looks for the highest rate at which at most `tolerance` of the packets are lost, and returns its sample.

    Begins at `start` packets per second, goes up or down by steps until the limit is between two rates, and halves
    that distance as long as there are attempts left. A rate has failed when it has failed twice: on a machine with
    few CPUs whatever else runs can cost anybody a burst of packets. If nothing was without loss, the least bad one.
    """
    low = high = best = failed = None
    rate, samples = start, []
    for _ in range(attempts):
        sample = udp(pair, addresses, seconds, size, rate)
        samples.append(sample)
        if sample.loss <= tolerance:
            if best is None or sample.packets > best.packets:
                best = sample
            if sample.packets < 0.9 * rate:
                break  # the sender cannot do more
            low = rate
        elif failed != rate:
            failed = rate
            continue
        else:
            high = rate
        if low and high:
            if high / low < 1.1:
                break
            rate = (low * high) ** 0.5
        else:
            rate = low * 1.6 if low else high * 0.6
    return best or min(samples, key=lambda sample: sample.loss)
