"""--policies N: what the number of policies and SAs costs the traffic of one of them."""

import sys

import iperf
from lab import Pair
from report import Results, number
from tunnels import Jipsec

MOST_LOST = 0.10


def compare(options, tunnel):
    """One tunnel alone against the same among N policies and N SAs, in alternation. True when it loses at most a tenth."""
    suite, udp = tunnel.name.rpartition("-")[2], tunnel.udp
    rows = [
        Jipsec(options.image, suite, udp, name="one", label="one tunnel"),
        Jipsec(options.image, suite, udp, options.policies // 2, "many", f"among {options.policies} policies and SAs"),
    ]
    results = Results(rows)
    for _ in range(options.rounds):
        for row in rows:
            with Pair(row.name) as pair:
                row.up(pair)
                iperf.warm_up(pair, row.addresses, min(3, options.seconds))
                sample = iperf.tcp(pair, row.addresses, options.seconds, 1)
                results.add(row.name, "tcp1", sample)
                print(f"  {row.label:40} {sample.rate / 1e6:8.1f} Mbit/s {sample.per_cpu:7.3f} Gbit/CPU-s", file=sys.stderr, flush=True)
    ratio = results.ratio("many", "one", "tcp1")
    per_cpu = results.ratio("many", "one", "tcp1", lambda sample: sample.per_cpu)
    for row in rows:
        print(f"{row.label:40} {number(results.median(row.name, 'tcp1') / 1e6)} Mbit/s")
    held = ratio * options.margin >= 1 - MOST_LOST
    print(f"{'ok    ' if held else 'FAILED'} ratio {ratio:.2f}, at least {1 - MOST_LOST:g}; by CPU time {per_cpu:.2f}")
    return held
