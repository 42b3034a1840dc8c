"""Two hosts and a wire between them, for what negotiates with jracoon."""

import os
import pathlib
import subprocess
import time

ROOT = pathlib.Path(__file__).resolve().parents[4]
OUTPUT = ROOT / "core/target/interop-ike"
PATIENCE = 15  # seconds for anything that should take one

OURS, THEIRS = "192.168.1.100", "192.168.2.100"
OUR_NET, THEIR_NET = "172.16.1.0/24", "172.16.2.0/24"
OUR_HOST, THEIR_HOST = "172.16.1.1", "172.16.2.1"

def run(*command, check=True, **more):
    return subprocess.run(command, check=check, capture_output=True, text=True, **more)


def wait_for(what, test, patience=PATIENCE):
    end = time.monotonic() + patience
    while True:
        found = test()
        if found:
            return found
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(0.05)


class Net:
    """Two namespaces and a wire."""

    def __init__(self):
        self.ours, self.theirs = f"ike{os.getpid()}a", f"ike{os.getpid()}b"

    def __enter__(self):
        for name in (self.ours, self.theirs):
            run("ip", "netns", "add", name)
        run("ip", "link", "add", "wire", "netns", self.ours, "type", "veth",
            "peer", "name", "wire", "netns", self.theirs)
        for name, address, inside in ((self.ours, OURS, OUR_HOST),
                                      (self.theirs, THEIRS, THEIR_HOST)):
            for line in ("link set lo up", f"addr add {address}/16 dev wire", "link set wire up",
                         f"addr add {inside}/24 dev lo"):
                run("ip", "-n", name, *line.split())
        run("ip", "-n", self.ours, "route", "add", THEIR_NET, "via", THEIRS)
        run("ip", "-n", self.theirs, "route", "add", OUR_NET, "via", OURS)
        return self

    def __exit__(self, *_):
        for name in (self.ours, self.theirs):
            run("ip", "netns", "del", name, check=False)
