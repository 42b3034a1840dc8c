package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.Endpoint;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/// Octets of programs and kernels that we did not write, from src/test/resources/xfrm.
final class Recorded {
    private Recorded() {}

    /// What iproute2 sent.
    record Request(int type, byte[] body) {}

    static Request request(String label) {
        for (String line : lines("iproute2-requests.txt")) {
            String[] words = line.split(" ", 3);
            if (words[0].equals(label)) {
                return new Request(Integer.parseInt(words[1]), HexFormat.of().parseHex(words[2]));
            }
        }
        throw new IllegalArgumentException(label);
    }

    /// What the kernel said: each datagram of that label.
    static List<byte[]> datagrams(String label) {
        List<byte[]> found = new ArrayList<>();
        for (String line : lines("linux-6.1.txt")) {
            int end = line.lastIndexOf(' ');
            if (line.substring(0, end).equals(label)) {
                found.add(HexFormat.of().parseHex(line.substring(end + 1)));
            }
        }
        if (found.isEmpty()) {
            throw new IllegalArgumentException(label);
        }
        return found;
    }

    /// All datagrams there are.
    static List<byte[]> datagrams() {
        return lines("linux-6.1.txt").stream()
                .map(line -> HexFormat.of().parseHex(line.substring(line.lastIndexOf(' ') + 1)))
                .toList();
    }

    static List<NetlinkAnswer> answers(String label) throws WireException {
        List<NetlinkAnswer> answers = new ArrayList<>();
        for (byte[] datagram : datagrams(label)) {
            answers.addAll(NetlinkAnswer.split(ByteBuffer.wrap(datagram)));
        }
        return answers;
    }

    /// The first message of that label.
    static NetlinkAnswer answer(String label) throws WireException {
        return answers(label).getFirst();
    }

    // ---- what was recorded is made of ----

    static Endpoint end(String address) {
        return Endpoint.of(address(address));
    }

    static InetAddress address(String text) {
        return IpText.parse(text).orElseThrow();
    }

    /// Octets 1, 2, 3 …
    static Secret key(int octets) {
        byte[] key = new byte[octets];
        for (int i = 0; i < octets; i++) {
            key[i] = (byte) (i + 1);
        }
        return Secret.of(key);
    }

    private static List<String> lines(String file) {
        try (InputStream in = Recorded.class.getResourceAsStream("/xfrm/" + file)) {
            return new String(in.readAllBytes(), StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
