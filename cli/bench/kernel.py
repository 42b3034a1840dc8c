"""Inside the guest: see `kernel` beside this."""

import os
import statistics
import subprocess
import sys
import time

JSETKEY, COUNT, ROUNDS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
MARGIN = float(os.environ.get("JIPSEC_BENCH_MARGIN", "1"))
SETKEY, BATCH, OUT = "/tmp/many.conf", "/tmp/many.batch", "/tmp/out"


def address(i):
    return f"10.{i >> 16}.{i >> 8 & 255}.{i & 255}"


def write():
    with open(SETKEY, "w") as conf, open(BATCH, "w") as batch:
        conf.write("flush;\nspdflush;\n")
        batch.write("xfrm state flush\nxfrm policy flush\n")
        for i in range(COUNT):
            cipher, mac = f"0x{i:032x}", f"0x{i:040x}"
            conf.write(f"add {address(i)} 192.0.2.1 esp 0x{i + 4096:x} -m tunnel -u {i % 16000 + 1}"
                       f" -E aes-cbc {cipher} -A hmac-sha1 {mac};\n")
            batch.write(f"xfrm state add src {address(i)} dst 192.0.2.1 proto esp spi 0x{i + 4096:x} mode tunnel"
                        f" reqid {i % 16000 + 1} enc 'cbc(aes)' {cipher} auth 'hmac(sha1)' {mac}\n")
        for i in range(COUNT):
            conf.write(f"spdadd {address(i)}/32 192.0.2.1/32 any -P out ipsec"
                       f" esp/tunnel/{address(i)}-192.0.2.1/unique:{i % 16000 + 1};\n")
            batch.write(f"xfrm policy add src {address(i)}/32 dst 192.0.2.1/32 dir out priority 2147483648"
                        f" tmpl src {address(i)} dst 192.0.2.1 proto esp reqid {i % 16000 + 1} mode tunnel\n")


def timed(*command, status=(0,)):
    with open(OUT, "w") as out:
        begin = time.monotonic()
        ended = subprocess.run(command, stdout=out, stderr=subprocess.PIPE, text=True)
        seconds = time.monotonic() - begin
    if ended.returncode not in status:
        sys.exit(f"kernel: {' '.join(command)}: status {ended.returncode}: {ended.stderr[:500]}")
    return seconds


def jsetkey(*arguments, **more):
    return timed(JSETKEY, "--backend", "xfrm", *arguments, **more)


def counted(pattern):
    found = subprocess.run(["grep", "-c", pattern, OUT], stdout=subprocess.PIPE, text=True)
    return int(found.stdout)


def expect(what, number):
    if number != COUNT:
        sys.exit(f"kernel: {what}: {number} of {COUNT}")


def flush_by_ip():
    timed("ip", "xfrm", "state", "flush")
    timed("ip", "xfrm", "policy", "flush")


def by_ip(times):
    times["load"].append(timed("ip", "-batch", BATCH))
    times["-D"].append(timed("ip", "xfrm", "state"))
    expect("ip xfrm state lists", counted("proto esp spi") )
    times["-DP"].append(timed("ip", "xfrm", "policy"))
    times["flush"].append(timed("ip", "xfrm", "state", "flush") + timed("ip", "xfrm", "policy", "flush"))


def by_jsetkey(times):
    times["start"].append(jsetkey("-D"))
    times["load"].append(jsetkey("-f", SETKEY))
    # the other program as witness
    timed("ip", "xfrm", "state")
    expect("loaded SAs", counted("proto esp spi"))
    timed("ip", "xfrm", "policy")
    expect("loaded policies", counted("dir out"))
    times["-D"].append(jsetkey("-D"))
    expect("-D lists", counted("state=mature"))
    times["-DP"].append(jsetkey("-DP"))
    expect("-DP lists", counted("out prio def ipsec"))
    times["plan"].append(timed(JSETKEY, "plan", "--backend", "xfrm", "-f", SETKEY))
    times["flush"].append(jsetkey("-F") + jsetkey("-FP"))
    timed("ip", "xfrm", "state")
    if counted("proto esp spi"):
        sys.exit("kernel: SAs are left after -F")


def main():
    write()
    names = ("start", "load", "-D", "-DP", "plan", "flush")
    theirs, ours = {name: [] for name in names}, {name: [] for name in names}
    jsetkey("-D")  # read the image into memory
    flush_by_ip()
    for _ in range(ROUNDS):
        by_ip(theirs)
        by_jsetkey(ours)
    theirs["start"] = [0]
    # ip has nothing like plan: it is held against loading, which knows less
    theirs["plan"] = theirs["load"]
    start = statistics.median(ours["start"])
    failed = False
    print(f"{COUNT} SAs and {COUNT} policies, medians of {ROUNDS} rounds, seconds; one start of jsetkey: {start:.2f}")
    for name in names[1:]:
        ip, own = statistics.median(theirs[name]), statistics.median(ours[name])
        starts = 2 if name == "flush" else 1
        limit = (3 * ip + starts * start) * MARGIN
        failed |= own > limit
        print(f"{name:6} ip {ip:6.2f}   jsetkey {own:6.2f}   {(own - starts * start) / max(ip, 0.001):5.2f} x without start"
              f"   (at most {limit:.2f}){'   above' if own > limit else ''}")
    return 1 if failed else 0


sys.exit(main())
