package org.jipsec.setkey;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// The names of this host: the JDK's resolver, `/etc/services`, `/etc/protocols`. What a minimal
/// system lacks of the two files is made up for by a table of the names that configurations use.
public final class SystemNames implements NameResolver {
    private static final Map<String, Integer> USUAL_SERVICES =
            Map.ofEntries(
                    Map.entry("domain", 53),
                    Map.entry("bootps", 67),
                    Map.entry("bootpc", 68),
                    Map.entry("tftp", 69),
                    Map.entry("ntp", 123),
                    Map.entry("snmp", 161),
                    Map.entry("isakmp", 500),
                    Map.entry("syslog", 514),
                    Map.entry("l2tp", 1701),
                    Map.entry("l2f", 1701),
                    Map.entry("ipsec-nat-t", 4500));

    private static final Map<String, Integer> USUAL_PROTOCOLS =
            Map.ofEntries(
                    Map.entry("ip", 0),
                    Map.entry("icmp", 1),
                    Map.entry("igmp", 2),
                    Map.entry("ggp", 3),
                    Map.entry("ipencap", 4),
                    Map.entry("ipip", 94),
                    Map.entry("tcp", 6),
                    Map.entry("udp", 17),
                    Map.entry("dccp", 33),
                    Map.entry("ipv6", 41),
                    Map.entry("ipv6-route", 43),
                    Map.entry("ipv6-frag", 44),
                    Map.entry("rsvp", 46),
                    Map.entry("gre", 47),
                    Map.entry("esp", 50),
                    Map.entry("ah", 51),
                    Map.entry("ipv6-icmp", 58),
                    Map.entry("ipv6-nonxt", 59),
                    Map.entry("ipv6-opts", 60),
                    Map.entry("ospf", 89),
                    Map.entry("pim", 103),
                    Map.entry("ipcomp", 108),
                    Map.entry("vrrp", 112),
                    Map.entry("l2tp", 115),
                    Map.entry("sctp", 132),
                    Map.entry("mobility-header", 135),
                    Map.entry("udplite", 136));

    /// Words of setkey itself and of the BSDs' databases, behind whatever the host says.
    private static final Map<String, Integer> SETKEY_PROTOCOLS =
            Map.of("icmp6", 58, "ip4", 4, "ipv4", 4, "mh", 135);

    private final Path services;
    private final Path protocols;
    private @Nullable Map<String, Integer> serviceTable;
    private @Nullable Map<String, Integer> protocolTable;

    public SystemNames() {
        this(Path.of("/etc/services"), Path.of("/etc/protocols"));
    }

    /// Reads the files when they are first needed.
    SystemNames(Path services, Path protocols) {
        this.services = services;
        this.protocols = protocols;
    }

    @Override
    public List<InetAddress> addresses(String host) {
        try {
            return List.of(InetAddress.getAllByName(host));
        } catch (UnknownHostException unknown) {
            return List.of();
        }
    }

    @Override
    public OptionalInt service(String name) {
        if (serviceTable == null) {
            serviceTable = read(services, "/udp", USUAL_SERVICES);
        }
        return found(serviceTable.get(name));
    }

    @Override
    public OptionalInt protocol(String name) {
        if (protocolTable == null) {
            protocolTable = read(protocols, "", USUAL_PROTOCOLS);
        }
        OptionalInt number = found(protocolTable.get(name));
        return number.isPresent() ? number : found(SETKEY_PROTOCOLS.get(name));
    }

    private static OptionalInt found(@Nullable Integer number) {
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    /// Lines of `name number[/udp] alias...`; of a name that stands twice the first.
    private static Map<String, Integer> read(
            Path file, String suffix, Map<String, Integer> otherwise) {
        Map<String, Integer> table = new HashMap<>();
        try {
            for (String line : Files.readString(file, StandardCharsets.ISO_8859_1).split("\n")) {
                String[] words = line.replaceFirst("#.*", "").strip().split("\\s+");
                if (words.length >= 2
                        && words[1].endsWith(suffix)
                        && words[1].substring(0, words[1].length() - suffix.length())
                                .matches("[0-9]{1,5}")) {
                    int number =
                            Integer.parseInt(
                                    words[1].substring(0, words[1].length() - suffix.length()));
                    table.putIfAbsent(words[0], number);
                    for (int i = 2; i < words.length; i++) {
                        table.putIfAbsent(words[i], number);
                    }
                }
            }
        } catch (IOException missing) {
            // a container without the file: the usual names stand in
        }
        otherwise.forEach(table::putIfAbsent);
        return table;
    }
}
