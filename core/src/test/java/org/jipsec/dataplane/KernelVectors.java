package org.jipsec.dataplane;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Packets that the Linux kernel protected, as `src/test/kernel-guest/kernel_vectors.py` recorded
/// them.
final class KernelVectors {
    private static final String FOLDER = "/kernel-vectors/";

    /// @param last the number of the last packet before the first of the case
    /// @param aligned whether AH on IPv4 ends on 4 octets, as RFC 4302 has it, not on 8
    record Sa(SecurityAssociation association, long last, boolean aligned) {
        ActiveSa active(int sentSince) {
            ActiveSa active = new ActiveSa(association);
            active.continueFrom(last + sentSince);
            return active;
        }
    }

    /// @param outbound SAs, innermost first
    /// @param inbound the same with the addresses that the receiver sees
    /// @param delivered whether a kernel accepted the packets
    /// @param sent to the kernel, in clear
    /// @param wire what it made of them
    /// @param arrived behind a router; empty where that was not recorded
    record Case(
            String name,
            List<Sa> outbound,
            List<Sa> inbound,
            boolean delivered,
            List<Bytes> sent,
            List<Bytes> wire,
            List<Bytes> arrived) {
        @Override
        public String toString() {
            return name;
        }
    }

    private KernelVectors() {}

    /// All cases.
    static List<Case> read() {
        List<Bytes> sent = PcapFile.read(FOLDER + "sent.pcap");
        List<Bytes> wire = PcapFile.read(FOLDER + "wire.pcap");
        List<Bytes> arrived = PcapFile.read(FOLDER + "arrived.pcap");
        List<Case> cases = new ArrayList<>();
        List<String> lines = lines();
        int at = 0;
        while (at < lines.size()) {
            Map<String, String> fields = fields(lines.get(at++));
            List<Sa> outbound = new ArrayList<>();
            while (at < lines.size() && lines.get(at).startsWith("sa\t")) {
                outbound.add(sa(fields(lines.get(at++))));
            }
            List<Sa> inbound = new ArrayList<>();
            while (at < lines.size() && lines.get(at).startsWith("in\t")) {
                inbound.add(sa(fields(lines.get(at++))));
            }
            int first = number(fields, "first");
            int end = first + number(fields, "count");
            int changed = Integer.parseInt(fields.getOrDefault("arrived", "-1"));
            cases.add(
                    new Case(
                            text(fields, "name"),
                            outbound,
                            inbound.isEmpty() ? outbound : inbound,
                            text(fields, "delivered").equals("true"),
                            sent.subList(first, end),
                            wire.subList(first, end),
                            changed < 0
                                    ? List.of()
                                    : arrived.subList(changed, changed + end - first)));
        }
        return cases;
    }

    private static List<String> lines() {
        try (InputStream in = KernelVectors.class.getResourceAsStream(FOLDER + "cases.tsv")) {
            return new String(
                            Optional.ofNullable(in).orElseThrow().readAllBytes(),
                            StandardCharsets.US_ASCII)
                    .lines()
                    .filter(line -> !line.startsWith("#"))
                    .toList();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static Map<String, String> fields(String line) {
        Map<String, String> fields = new HashMap<>();
        for (String word : line.split("\t")) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                fields.put(word.substring(0, equals), word.substring(equals + 1));
            }
        }
        return fields;
    }

    private static Sa sa(Map<String, String> fields) {
        IpsecProtocol protocol =
                switch (text(fields, "protocol")) {
                    case "esp" -> IpsecProtocol.ESP;
                    case "ah" -> IpsecProtocol.AH;
                    case "ipcomp" -> IpsecProtocol.IPCOMP;
                    default -> throw new IllegalStateException(text(fields, "protocol"));
                };
        SecurityAssociation.Builder sa =
                TestSas.sa(
                                protocol,
                                TestPackets.address(text(fields, "source")),
                                TestPackets.address(text(fields, "destination")),
                                number(fields, "spi"))
                        .mode(
                                text(fields, "mode").equals("tunnel")
                                        ? SaMode.TUNNEL
                                        : SaMode.TRANSPORT)
                        .extendedSequence(fields.containsKey("extended"));
        if (fields.containsKey("encryption")) {
            sa.encryption(
                    EncryptionAlgorithm.named(text(fields, "encryption")).orElseThrow(),
                    Secret.ofHex(text(fields, "encryptionKey")));
        }
        if (fields.containsKey("authentication")) {
            sa.authentication(
                    AuthAlgorithm.named(text(fields, "authentication")).orElseThrow(),
                    Secret.ofHex(text(fields, "authenticationKey")));
        }
        if (protocol == IpsecProtocol.IPCOMP) {
            sa.compression(CompressionAlgorithm.DEFLATE);
        }
        if (fields.containsKey("udp")) {
            int port = number(fields, "udp");
            sa.encapsulation(new UdpEncapsulation(port, port, Optional.empty(), 0));
        }
        return new Sa(
                sa.build(),
                Long.parseLong(fields.getOrDefault("lastSequence", "0")),
                fields.containsKey("align4"));
    }

    private static String text(Map<String, String> fields, String name) {
        return Optional.ofNullable(fields.get(name)).orElseThrow();
    }

    private static int number(Map<String, String> fields, String name) {
        return Integer.parseInt(text(fields, name));
    }
}
