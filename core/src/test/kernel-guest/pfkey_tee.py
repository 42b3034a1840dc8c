"""Between jsetkey and jipsecd: what is asked of jipsecd is asked of a kernel, too.

So both are keyed by one run of one setkey.conf. The kernel is the peer, so it gets the policies
with `in` and `out` exchanged.
"""

import os
import select
import socket
import struct
import threading

PF_KEY, PF_KEY_V2 = 15, 2
ADD, SPDADD = 3, 14
SA, POLICY, PRIVATE = 1, 18, 0x4a00
IN, OUT = 1, 2
# jipsec's number for it; Linux has the ICV of 96 bits under the number of RFC 4868's
SHA256_96, LINUX_SHA256 = 240, 5


class Tee:
    """@param path where jsetkey connects @param service where jipsecd listens
    @param kernel a socket of PF_KEY"""

    def __init__(self, path, service, kernel):
        self.service, self.kernel = service, kernel
        self.kernel.settimeout(10)
        self.accepted = 0
        self.refusals = []
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            client, _ = self.listener.accept()
            with client, socket.socket(socket.AF_UNIX) as service:
                service.connect(self.service)
                self.relay(client, service)

    def relay(self, client, service):
        held = b""
        while True:
            for one in select.select([client, service], [], [])[0]:
                octets = one.recv(65536)
                if not octets:
                    return
                if one is service:
                    client.sendall(octets)
                    continue
                held += octets
                while len(held) >= 16 and len(held) >= 8 * self.length(held):
                    message = held[:8 * self.length(held)]
                    held = held[len(message):]
                    self.mirror(message)
                service.sendall(octets)

    @staticmethod
    def length(octets):
        return struct.unpack_from("=H", octets, 4)[0]

    def mirror(self, message):
        if message[1] not in (ADD, SPDADD):
            return
        extensions = b""
        rest = message[16:]
        while rest:
            units, kind = struct.unpack_from("=HH", rest)
            extension, rest = bytearray(rest[:8 * units]), rest[8 * units:]
            if kind >= PRIVATE:
                continue
            if kind == SA and extension[10] == SHA256_96:
                extension[10] = LINUX_SHA256
            if kind == POLICY:
                if extension[6] not in (IN, OUT):
                    return
                extension[6] = IN + OUT - extension[6]
            extensions += extension
        header = bytearray(message[:16])
        header[4:6] = struct.pack("=H", (16 + len(extensions)) // 8)
        header[12:16] = struct.pack("=I", os.getpid())
        self.kernel.send(header + extensions)
        while True:
            answer = self.kernel.recv(65536)
            if answer[1] == header[1] and answer[12:16] == header[12:16]:
                break
        if answer[2]:
            self.refusals.append(f"message {header[1]}: {os.strerror(answer[2])}")
        else:
            self.accepted += 1
