package org.jipsec.setkey;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.setkey.StateChange.Field;
import org.jipsec.wire.IpText;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// In which fields two SAs or policies of one name differ, in words. Keys are never shown.
final class FieldDifferences {
    private final List<Field> fields = new ArrayList<>();

    private FieldDifferences() {}

    /// @param before in normal form
    /// @param after in normal form
    /// @param withFlags whether the backend keeps flags and sizes of fragments
    static List<Field> of(
            SecurityAssociation before, SecurityAssociation after, boolean withFlags) {
        FieldDifferences found = new FieldDifferences();
        found.compare("source", end(before.source()), end(after.source()));
        found.compare("mode", before.mode().word(), after.mode().word());
        found.compare("reqid", number(before.reqid()), number(after.reqid()));
        if (before.protocol() == IpsecProtocol.IPCOMP) {
            found.compare("compression", before.compression().word(), after.compression().word());
        } else {
            found.compare("encryption", before.encryption().word(), after.encryption().word());
            found.compareKeys(
                    "encryption key", before.encryptionKey().equals(after.encryptionKey()));
            found.compare(
                    "authentication",
                    before.authentication().word(),
                    after.authentication().word());
            found.compareKeys(
                    "authentication key",
                    before.authenticationKey().equals(after.authenticationKey()));
        }
        found.compare("replay window", number(before.replayWindow()), number(after.replayWindow()));
        found.compare(
                "extended sequence numbers",
                yesOrNo(before.extendedSequence()),
                yesOrNo(after.extendedSequence()));
        if (withFlags) {
            found.compare("flags", hex(before.flags().bits()), hex(after.flags().bits()));
        }
        found.compare(
                "UDP",
                udp(before.encapsulation(), withFlags),
                udp(after.encapsulation(), withFlags));
        found.compare(
                "security context",
                String.valueOf(before.context().orElse(null)),
                String.valueOf(after.context().orElse(null)));
        found.compare("hard", before.hard(), after.hard());
        found.compare("soft", before.soft(), after.soft());
        return found.fields;
    }

    /// Whether a mature SA can be given these without losing its numbers.
    static boolean areRenewable(List<Field> fields) {
        return fields.stream()
                .allMatch(
                        field ->
                                field.name().startsWith("hard ")
                                        || field.name().startsWith("soft ")
                                        || (field.name().equals("UDP")
                                                && !field.from().equals("no")
                                                && !field.to().equals("no")));
    }

    /// @param before in normal form, with 0 for the system's reqids
    /// @param after likewise
    static List<Field> of(Policy before, Policy after) {
        FieldDifferences found = new FieldDifferences();
        found.compare("action", before.action().word(), after.action().word());
        found.compare("priority", number(before.priority()), number(after.priority()));
        found.compare("rules", rules(before), rules(after));
        found.compare("lifetime", before.lifetime(), after.lifetime());
        return found.fields;
    }

    private void compare(String name, String from, String to) {
        if (!from.equals(to)) {
            fields.add(new Field(name, from, to));
        }
    }

    private void compareKeys(String name, boolean areEqual) {
        if (!areEqual) {
            fields.add(new Field(name, "", ""));
        }
    }

    private void compare(String name, Lifetime from, Lifetime to) {
        compare(name + " seconds", seconds(from.sinceAdded()), seconds(to.sinceAdded()));
        compare(name + " seconds of use", seconds(from.sinceUsed()), seconds(to.sinceUsed()));
        compare(name + " octets", unsigned(from.bytes()), unsigned(to.bytes()));
        compare(name + " packets", unsigned(from.packets()), unsigned(to.packets()));
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    private static String unsigned(long number) {
        return Long.toUnsignedString(number);
    }

    private static String number(int number) {
        return Integer.toUnsignedString(number);
    }

    private static String hex(int bits) {
        return "0x" + Integer.toHexString(bits);
    }

    private static String yesOrNo(boolean value) {
        return value ? "yes" : "no";
    }

    private static String udp(Optional<UdpEncapsulation> encapsulation, boolean withFragments) {
        if (encapsulation.isEmpty()) {
            return "no";
        }
        UdpEncapsulation udp = encapsulation.get();
        String fragments =
                withFragments && udp.fragmentSize() != 0
                        ? " fragments of " + udp.fragmentSize()
                        : "";
        String original =
                udp.originalAddress().map(address -> " for " + IpText.text(address)).orElse("");
        return udp.sourcePort() + " -> " + udp.destinationPort() + original + fragments;
    }

    private static String rules(Policy policy) {
        return policy.rules().isEmpty()
                ? "none"
                : policy.rules().stream()
                        .map(FieldDifferences::rule)
                        .collect(Collectors.joining(" "));
    }

    private static String rule(PolicyRule rule) {
        String ends =
                rule.endpoints()
                        .map(both -> end(both.source()) + "-" + end(both.destination()))
                        .orElse("");
        String reqid = rule.reqid() == 0 ? "" : ":" + number(rule.reqid());
        return "%s/%s/%s/%s%s"
                .formatted(
                        rule.protocol().word(),
                        rule.mode().word(),
                        ends,
                        rule.level().word(),
                        reqid);
    }

    private static String end(Endpoint endpoint) {
        return IpText.text(endpoint.address());
    }
}
