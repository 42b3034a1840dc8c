"""Two network namespaces joined by a veth pair, and the processes that run in them.

Everything carries the number of this process in its name (jb-PID-...), so that several runs can go side by side,
and what a run killed with -9 has left behind is known as such and removed by the next one.
"""

import os
import re
import shutil
import signal
import subprocess
import tempfile
import time

OUTER = ("192.168.1.100", "192.168.2.100")
INNER = ("172.16.1.1", "172.16.2.1")
INNER_NETS = ("172.16.1.0/24", "172.16.2.0/24")


class LabError(Exception):
    """Something of the lab could not be set up; the text says what, with the end of the logs."""


def run(*command, check=True, timeout=30, **more):
    """Runs a command to its end and returns its standard output."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=timeout, **more)
    except subprocess.TimeoutExpired:
        raise LabError(f"{' '.join(command)}: no end after {timeout} s") from None
    if check and done.returncode != 0:
        raise LabError(f"{' '.join(command)}: status {done.returncode}: {(done.stderr or done.stdout).strip()[-600:]}")
    return done.stdout


def sweep():
    """Removes the namespaces of runs whose process is gone."""
    for name in re.findall(r"^(jb-\d+-\S+)", run("ip", "netns", "list", check=False), re.MULTILINE):
        if not os.path.exists(f"/proc/{name.split('-')[1]}"):
            run("ip", "netns", "del", name, check=False)


class Pair:
    """A `with` block in which two hosts exist: 0 and 1.

    OUTER are their addresses on the veth (MTU 1500, one subnet, no router), INNER those that a tunnel connects, on
    an interface `lan` of each.
    """

    def __init__(self, name):
        self.name = name
        self.namespaces = [f"jb-{os.getpid()}-{name}-{side}" for side in "ab"]
        self.processes = []
        self.tunnel = []
        self.started = 0

    def __enter__(self):
        self.folder = tempfile.mkdtemp(prefix="jipsec-throughput.")
        try:
            self._build()
        except BaseException:
            self.__exit__()
            raise
        return self

    def _build(self):
        for namespace in self.namespaces:
            run("ip", "netns", "add", namespace)
            self.sysctl(namespace, "net.ipv6.conf.all.disable_ipv6", "1")
            self.sysctl(namespace, "net.ipv6.conf.default.disable_ipv6", "1")
        left, right = self.namespaces
        run("ip", "-n", left, "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", right)
        for side, namespace in enumerate(self.namespaces):
            self.ip(side, "link", "add", "lan", "type", "veth", "peer", "name", "lan-peer")
            self.ip(side, "addr", "add", f"{OUTER[side]}/16", "dev", "wire")
            self.ip(side, "addr", "add", f"{INNER[side]}/24", "dev", "lan")
            for device in ("lo", "wire", "lan", "lan-peer"):
                self.ip(side, "link", "set", device, "up")

    def __exit__(self, *_):
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        for namespace in self.namespaces:
            run("ip", "netns", "del", namespace, check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @staticmethod
    def sysctl(namespace, key, value):
        run("ip", "netns", "exec", namespace, "sysctl", "-qw", f"{key}={value}")

    def ip(self, side, *arguments, check=True):
        return run("ip", "-n", self.namespaces[side], *arguments, check=check)

    def inside(self, side, *command, check=True, timeout=30, **more):
        return run("ip", "netns", "exec", self.namespaces[side], *command, check=check, timeout=timeout, **more)

    def start(self, side, *command, **more):
        """Starts a process on one host; it ends with the pair, or with us if we are killed."""
        self.started += 1
        log = os.path.join(self.folder, f"{self.started}.log")
        with open(log, "wb") as out:
            process = subprocess.Popen(
                ["setpriv", "--pdeathsig", "TERM", "ip", "netns", "exec", self.namespaces[side], *command],
                **{"stdin": subprocess.DEVNULL, "stdout": out, "stderr": out, **more},
            )
        process.log = log
        self.processes.append(process)
        return process

    def start_tunnel(self, side, *command, **more):
        """As `start`, for a process whose CPU time counts as the tunnel's."""
        process = self.start(side, *command, **more)
        self.tunnel.append(process)
        return process

    def file(self, name, text):
        path = os.path.join(self.folder, name)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            out.write(text)
        return path

    def logs(self):
        """The last lines of everything that was started."""
        text = ""
        for process in self.processes:
            with open(process.log, errors="replace") as lines:
                tail = "".join(lines.readlines()[-8:]).strip()
            if tail:
                text += f"\n--- {' '.join(process.args[7:9])}\n{tail}"
        return text

    def await_(self, what, ready, seconds=15):
        """Waits until `ready()` is true; a tunnel process that ends meanwhile is an error at once."""
        end = time.monotonic() + seconds
        while not ready():
            for process in self.tunnel:
                if process.poll() is not None:
                    raise LabError(f"{self.name}: {process.args[7]} has ended, status {process.returncode}{self.logs()}")
            if time.monotonic() > end:
                raise LabError(f"{self.name}: {what}: not within {seconds} s{self.logs()}")
            time.sleep(0.05)

    def await_device(self, side, device):
        self.await_(f"device {device}", lambda: "inet" in self.ip(side, "addr", "show", "dev", device, check=False))

    def await_ping(self, source, destination):
        self.await_(
            f"ping {destination}",
            lambda: " 0% packet loss" in self.inside(0, "ping", "-c", "2", "-i", "0.2", "-W", "1", "-I", source, destination, check=False),
        )
