package org.jipsec.daemon;

import org.jipsec.dataplane.AddressBits;
import org.jipsec.sadb.Direction;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The filter in the language of nft(8). Each text is for one `nft -f -`, which carries it out as a
/// whole or not at all.
///
/// ```
/// input ──▶ what jipsec itself has to receive: accept
///       └─▶ in4, in6: level by level ──▶ accept, or count as forbidden and drop
/// forward ──▶ fwd4, fwd6: likewise
/// output ───▶ out4, out6: likewise, of what goes neither into the TUN device nor comes from jipsec
/// ```
/// Each of these has a chain beside it for fragments that are not the first (`in4-fragments`).
final class NftScript {
    private static final String TABLE = "inet " + WireNames.FILTER_TABLE;
    private static final String DROP = "counter name forbidden drop";
    private static final String NEIGHBOURS =
            "ip6 hoplimit 255 icmpv6 type { nd-router-solicit, nd-router-advert,"
                    + " nd-neighbor-solicit, nd-neighbor-advert, nd-redirect } accept";
    private static final int LINE = 500;
    private static final Pattern NOTE =
            Pattern.compile("comment \"rp_filter ([0-9]) ([^\"]{1,15})\"");

    private NftScript() {}

    /// The name of the counter of dropped packets.
    static final String COUNTER = "forbidden";

    /// Takes away what is there; no error when nothing is.
    static String removal() {
        return "add table " + TABLE + "\ndelete table " + TABLE + "\n";
    }

    /// The table without policies, in the place of what is there.
    ///
    /// @param device of TUN: what comes from there was judged already
    /// @param ports of UDP where this host receives ESP or IKE
    /// @param clampMss whether TCP connections that pass through are kept to segments that fit
    static String foundation(String device, Set<Integer> ports, boolean clampMss) {
        StringBuilder text = new StringBuilder(removal());
        text.append("add table ").append(TABLE).append('\n');
        text.append("add counter ").append(TABLE).append(" forbidden\n");
        text.append("add set ").append(TABLE).append(" ports { type inet_service; }\n");
        addChain(text, "before", "");
        for (Direction direction : FilterPlanner.DIRECTIONS) {
            for (boolean ipv4 : new boolean[] {true, false}) {
                String chain = chain(new PolicyTurns.Side(direction, ipv4));
                addChain(text, chain, "");
                addChain(text, chain + "-fragments", "");
            }
        }
        // before the filters of others: they are spared what is forbidden anyway
        addChain(text, "input", "{ type filter hook input priority filter - 5; }");
        addRule(text, "input", "iifname { \"" + device + "\", \"lo\" } accept");
        addRule(text, "input", "meta l4proto { esp, ah, comp } accept");
        // behind extension headers nft takes AH for one more of them
        addRule(text, "input", "ip6 nexthdr ah accept");
        for (String extension : List.of("hbh", "rt", "dst", "frag")) {
            addRule(text, "input", extension + " nexthdr ah accept");
        }
        addRule(text, "input", "udp dport @ports accept");
        // the kernel puts these together only later: whether they are IKE's is not known here, and
        // without a first that has passed they come to nothing
        addRule(text, "input", "frag frag-off != 0 frag nexthdr udp accept");
        // nobody can be asked for the address of a host that does not answer for want of an SA
        addRule(text, "input", NEIGHBOURS);
        addDispatch(text, "input", Direction.IN);
        // whoever binds a socket to a device (ping -I) goes past the routes that divert
        addChain(text, "output", "{ type filter hook output priority filter + 5; }");
        addRule(text, "output", "meta mark " + WireNames.MARK + " accept");
        addRule(text, "output", "oifname { \"" + device + "\", \"lo\" } accept");
        addRule(text, "output", "udp sport { 500, 4500 } accept");
        addRule(text, "output", "ip daddr { 224.0.0.0/4, 255.255.255.255 } accept");
        addRule(text, "output", "ip6 daddr { fe80::/10, ff00::/8 } accept");
        addRule(text, "output", NEIGHBOURS);
        addDispatch(text, "output", Direction.OUT);
        addChain(text, "forward", "{ type filter hook forward priority filter - 5; }");
        addRule(text, "forward", "iifname \"" + device + "\" accept");
        addDispatch(text, "forward", Direction.FWD);
        if (clampMss) {
            addChain(text, "clamp", "{ type filter hook forward priority mangle; }");
            for (String side : List.of("iifname", "oifname")) {
                addRule(
                        text,
                        "clamp",
                        side
                                + " \""
                                + device
                                + "\" tcp flags & (syn | rst) == syn tcp option maxseg size set rt"
                                + " mtu");
            }
        }
        text.append(ports(Set.of(), ports));
        return text.toString();
    }

    /// From some ports of ESP in UDP and IKE to others.
    static String ports(Set<Integer> old, Set<Integer> now) {
        StringBuilder text = new StringBuilder();
        List<String> gone =
                old.stream().filter(port -> !now.contains(port)).map(String::valueOf).toList();
        List<String> come =
                now.stream().filter(port -> !old.contains(port)).map(String::valueOf).toList();
        elements(text, "delete", "ports", gone);
        elements(text, "add", "ports", come);
        return text.toString();
    }

    /// Writes notes into the table, in the place of those that are there: comments of rules that no
    /// packet meets.
    ///
    /// @param notes by names of devices
    static String notes(Map<String, String> notes) {
        StringBuilder text = new StringBuilder();
        text.append("flush chain ").append(TABLE).append(" before\n");
        notes.forEach(
                (name, value) ->
                        addRule(
                                text,
                                "before",
                                "return comment \"rp_filter " + value + " " + name + "\""));
        return text.toString();
    }

    /// Reads the notes out of a listing.
    static Map<String, String> notes(String listing) {
        Map<String, String> notes = new TreeMap<>();
        Matcher found = NOTE.matcher(listing);
        while (found.find()) {
            notes.put(found.group(2), found.group(1));
        }
        return notes;
    }

    /// What has changed.
    static String changes(FilterPlanner planner, FilterPlanner.Changes changes) {
        StringBuilder text = new StringBuilder();
        for (FilterSet set : changes.created()) {
            if (isNamed(set)) {
                text.append("add set ").append(TABLE).append(' ').append(name(set));
                text.append(" { type ").append(String.join(" . ", types(set))).append("; }\n");
            }
        }
        changes.removed()
                .forEach((set, keys) -> elements(text, "delete", name(set), texts(set, keys)));
        changes.added().forEach((set, keys) -> elements(text, "add", name(set), texts(set, keys)));
        changes.rules().forEach(side -> rules(text, side, planner));
        for (FilterSet set : changes.dropped()) {
            if (isNamed(set)) {
                text.append("delete set ").append(TABLE).append(' ').append(name(set)).append('\n');
            }
        }
        return text.toString();
    }

    private static boolean isNamed(FilterSet set) {
        return !set.service().isInline() && set.shape().parts() > 0;
    }

    private static void addDispatch(StringBuilder text, String chain, Direction direction) {
        addRule(
                text,
                chain,
                "meta nfproto vmap { ipv4 : goto "
                        + chain(new PolicyTurns.Side(direction, true))
                        + ", ipv6 : goto "
                        + chain(new PolicyTurns.Side(direction, false))
                        + " }");
    }

    private static void addChain(StringBuilder text, String chain, String what) {
        text.append("add chain ").append(TABLE).append(' ').append(chain);
        text.append(' ').append(what).append('\n');
    }

    private static void addRule(StringBuilder text, String chain, String rule) {
        text.append("add rule ").append(TABLE).append(' ').append(chain);
        text.append(' ').append(rule).append('\n');
    }

    private static String chain(PolicyTurns.Side side) {
        return side.direction().word() + (side.ipv4() ? "4" : "6");
    }

    private static void rules(StringBuilder text, PolicyTurns.Side side, FilterPlanner planner) {
        String chain = chain(side);
        String fragments = chain + "-fragments";
        text.append("flush chain ").append(TABLE).append(' ').append(chain).append('\n');
        text.append("flush chain ").append(TABLE).append(' ').append(fragments).append('\n');
        List<FilterSet> sets = planner.sets(side);
        if (sets.isEmpty()) {
            return;
        }
        addRule(
                text,
                chain,
                (side.ipv4() ? "ip frag-off & 0x1fff != 0" : "frag frag-off != 0")
                        + " goto "
                        + fragments);
        for (FilterSet set : sets) {
            if (!set.fragmentsOnly()) {
                rules(text, chain, set, planner.elements(set), false);
            }
        }
        for (FilterSet set : sets) {
            if (set.servesFragments()) {
                rules(text, fragments, set, planner.elements(set), true);
            }
        }
        if (!side.ipv4() && planner.forbidsAProtocol(side)) {
            addRule(text, fragments, "frag nexthdr { 0, 43, 44, 51, 60 } " + DROP);
        }
    }

    private static void rules(
            StringBuilder text,
            String chain,
            FilterSet set,
            Collection<SelectorKey> elements,
            boolean ofFragments) {
        String verdict = set.verdict() == FilterVerdict.ACCEPT ? "accept" : DROP;
        if (set.service().isInline()) {
            for (SelectorKey key : elements) {
                inline(text, chain, set, key, verdict);
            }
            return;
        }
        String guard =
                set.service() == FilterSet.Service.PORTS && !set.shape().protocol()
                        ? "meta l4proto { tcp, udp, dccp, sctp, udplite } "
                        : "";
        String lookup =
                isNamed(set)
                        ? String.join(" . ", expressions(set, ofFragments)) + " @" + name(set) + " "
                        : "";
        addRule(text, chain, guard + lookup + verdict);
    }

    /// A rule for one selector, for what nft cannot look up by name.
    private static void inline(
            StringBuilder text, String chain, FilterSet set, SelectorKey key, String verdict) {
        SelectorShape shape = set.shape();
        StringBuilder match = new StringBuilder();
        List<String> expressions =
                addressExpressions(shape); // in the order of the texts' first parts
        List<String> values = addressTexts(shape, key);
        for (int i = 0; i < expressions.size(); i++) {
            match.append(expressions.get(i)).append(" == ").append(values.get(i)).append(' ');
        }
        switch (set.service()) {
            case STRAY_ICMP -> {
                match.append("meta l4proto ").append(shape.ipv4() ? 58 : 1).append(' ');
                number(match, shape.sourcePort(), "@th,0,8", key.sourcePort());
                number(match, shape.destinationPort(), "@th,8,8", key.destinationPort());
                addRule(text, chain, match + verdict);
            }
            case MOBILITY -> {
                match.append("meta l4proto 135 ");
                number(match, shape.sourcePort(), "@th,16,8", key.sourcePort());
                addRule(text, chain, match + verdict);
            }
            case GRE -> {
                match.append(
                        "meta l4proto > 46 meta l4proto < 48 @th,2,1 1 "); // nft 1.0.6 cannot list
                // "47" there
                for (int checksum = 0; checksum < 2; checksum++) {
                    int at = checksum == 1 ? 64 : 32; // the key is behind the checksum
                    StringBuilder keyed = new StringBuilder(match);
                    number(keyed, true, "@th,0,1", checksum);
                    number(keyed, shape.sourcePort(), "@th," + at + ",16", key.sourcePort());
                    number(
                            keyed,
                            shape.destinationPort(),
                            "@th," + (at + 16) + ",16",
                            key.destinationPort());
                    addRule(text, chain, keyed + verdict);
                }
            }
            case ANY, PORTS, ICMP -> throw new IllegalStateException(set + " is not inline");
        }
    }

    private static void number(StringBuilder match, boolean wanted, String where, int value) {
        if (wanted) {
            match.append(where).append(' ').append(value).append(' ');
        }
    }

    // ---- the parts of a set ----

    private static String name(FilterSet set) {
        SelectorShape shape = set.shape();
        return "%s-l%d-s%d-d%d%s%s%s%s%s"
                .formatted(
                        chain(set.side()),
                        set.level(),
                        shape.sourceLength(),
                        shape.destinationLength(),
                        shape.protocol() ? "-protocol" : "",
                        set.service() == FilterSet.Service.ICMP ? "-icmp" : "",
                        shape.sourcePort() ? "-from" : "",
                        shape.destinationPort() ? "-to" : "",
                        set.fragmentsOnly() ? "-fragments" : "");
    }

    private static List<String> types(FilterSet set) {
        SelectorShape shape = set.shape();
        List<String> types = new ArrayList<>();
        String address = shape.ipv4() ? "ipv4_addr" : "ipv6_addr";
        boolean icmp = set.service() == FilterSet.Service.ICMP;
        String version = shape.ipv4() ? "icmp" : "icmpv6";
        add(types, shape.sourceLength() > 0, address);
        add(types, shape.destinationLength() > 0, address);
        add(types, shape.protocol(), "inet_proto");
        add(types, shape.sourcePort(), icmp ? version + "_type" : "inet_service");
        add(types, shape.destinationPort(), icmp ? version + "_code" : "inet_service");
        return types;
    }

    private static List<String> expressions(FilterSet set, boolean ofFragments) {
        SelectorShape shape = set.shape();
        List<String> all = addressExpressions(shape);
        boolean icmp = set.service() == FilterSet.Service.ICMP;
        String version = shape.ipv4() ? "icmp" : "icmpv6";
        // of an IPv6 packet's middle, nobody knows more than the fragment header says
        add(all, shape.protocol(), ofFragments && !shape.ipv4() ? "frag nexthdr" : "meta l4proto");
        add(all, shape.sourcePort(), icmp ? version + " type" : "th sport");
        add(all, shape.destinationPort(), icmp ? version + " code" : "th dport");
        return all;
    }

    private static List<String> addressExpressions(SelectorShape shape) {
        List<String> all = new ArrayList<>();
        String family = shape.ipv4() ? "ip" : "ip6";
        addAddress(all, family + " saddr", shape.ipv4(), shape.sourceLength());
        addAddress(all, family + " daddr", shape.ipv4(), shape.destinationLength());
        return all;
    }

    private static void addAddress(List<String> all, String field, boolean ipv4, int length) {
        if (length == (ipv4 ? 32 : 128)) {
            all.add(field);
        } else if (length > 0) {
            all.add(
                    field
                            + " & "
                            + address(
                                    ipv4,
                                    AddressBits.maskHigh(ipv4, length),
                                    AddressBits.maskLow(ipv4, length)));
        }
    }

    private static List<String> texts(FilterSet set, Set<SelectorKey> keys) {
        return keys.stream().map(key -> text(set.shape(), key)).toList();
    }

    private static String text(SelectorShape shape, SelectorKey key) {
        List<String> parts = addressTexts(shape, key);
        add(parts, shape.protocol(), String.valueOf(key.protocol()));
        add(parts, shape.sourcePort(), String.valueOf(key.sourcePort()));
        add(parts, shape.destinationPort(), String.valueOf(key.destinationPort()));
        return String.join(" . ", parts);
    }

    private static List<String> addressTexts(SelectorShape shape, SelectorKey key) {
        List<String> parts = new ArrayList<>();
        boolean ipv4 = shape.ipv4();
        if (shape.sourceLength() > 0) {
            parts.add(address(ipv4, key.sourceHigh(), key.sourceLow()));
        }
        if (shape.destinationLength() > 0) {
            parts.add(address(ipv4, key.destinationHigh(), key.destinationLow()));
        }
        return parts;
    }

    private static String address(boolean ipv4, long high, long low) {
        StringBuilder text = new StringBuilder();
        if (ipv4) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                text.append(low >>> shift & 0xff).append(shift == 0 ? "" : ".");
            }
        } else {
            for (int group = 0; group < 8; group++) {
                long half = group < 4 ? high : low;
                text.append(Long.toHexString(half >>> (48 - group % 4 * 16) & 0xffff));
                text.append(group == 7 ? "" : ":");
            }
        }
        return text.toString();
    }

    private static void add(List<String> list, boolean wanted, String what) {
        if (wanted) {
            list.add(what);
        }
    }

    private static void elements(
            StringBuilder text, String command, String set, List<String> elements) {
        for (int from = 0; from < elements.size(); from += LINE) {
            List<String> line = elements.subList(from, Math.min(elements.size(), from + LINE));
            text.append(command).append(" element ").append(TABLE).append(' ').append(set);
            text.append(" { ").append(String.join(", ", line)).append(" }\n");
        }
    }
}
