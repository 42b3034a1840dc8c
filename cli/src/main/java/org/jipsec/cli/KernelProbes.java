package org.jipsec.cli;

import org.jipsec.cli.KernelOffer.Algorithm;
import org.jipsec.cli.KernelOffer.Kind;
import org.jipsec.cli.KernelOffer.Protocol;
import org.jipsec.os.IpFamily;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.setkey.KernelFacts.Offer;
import org.jipsec.xfrm.DefaultPolicies;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What the doctor says of the kernel's own IPsec, which jipsec drives where it is there and does
/// without where it is not.
final class KernelProbes {
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private KernelProbes() {}

    /// @param mayUse whether this process has the right to drive it
    static List<Finding> all(KernelOffer offer, boolean mayUse) {
        List<Finding> findings = new ArrayList<>();
        findings.add(one("xfrm", offer.xfrm()));
        findings.add(one("pf-key", offer.pfkey()));
        findings.add(protocol("kernel-esp", IpsecProtocol.ESP, offer));
        findings.add(protocol("kernel-ah", IpsecProtocol.AH, offer));
        findings.add(protocol("kernel-ipcomp", IpsecProtocol.IPCOMP, offer));
        findings.add(algorithms("kernel-ciphers", offer.algorithms(Kind.CIPHER)));
        findings.add(algorithms("kernel-macs", offer.algorithms(Kind.INTEGRITY)));
        findings.add(algorithms("kernel-deflate", offer.algorithms(Kind.COMPRESSION)));
        if (isThere(offer.xfrm())) {
            findings.add(defaultPolicies());
        }
        findings.add(choice(offer, mayUse));
        return findings;
    }

    private static Finding one(String id, Offer offer) {
        return switch (offer) {
            case Offer.Present() -> Finding.ok(id, "in this kernel");
            case Offer.Loadable loadable ->
                    Finding.ok(id, "comes with module " + loadable.names() + " when it is needed");
            case Offer.Missing() -> Finding.absent(id, "not in this kernel");
            case Offer.Unknown() -> Finding.unknown(id, "no list of modules tells");
        };
    }

    /// `IPv4; IPv6 with module esp6`
    private static Finding protocol(String id, IpsecProtocol protocol, KernelOffer offer) {
        List<Protocol> families =
                offer.protocols().stream().filter(each -> each.protocol() == protocol).toList();
        if (families.stream().allMatch(each -> each.offer() instanceof Offer.Missing)) {
            return one(id, new Offer.Missing());
        }
        if (families.stream().allMatch(each -> each.offer() instanceof Offer.Unknown)) {
            return Finding.unknown(
                    id,
                    offer.xfrm() instanceof Offer.Present
                            ? "only root can try it"
                            : "it cannot be tried without XFRM");
        }
        List<String> words = families.stream().map(KernelProbes::family).toList();
        return Finding.ok(id, String.join("; ", words));
    }

    private static String family(Protocol each) {
        String family = each.family() == IpFamily.IPV4 ? "IPv4" : "IPv6";
        return switch (each.offer()) {
            case Offer.Present() -> family;
            case Offer.Loadable loadable -> family + " with module " + loadable.names();
            case Offer.Missing() -> "not " + family;
            case Offer.Unknown() -> family + " unknown";
        };
    }

    /// What is there; what a module brings; what is not there.
    private static Finding algorithms(String id, List<Algorithm> all) {
        List<String> parts = new ArrayList<>();
        add(parts, "", all, offer -> offer instanceof Offer.Present);
        add(parts, "by module: ", all, offer -> offer instanceof Offer.Loadable);
        add(parts, "not: ", all, offer -> offer instanceof Offer.Missing);
        add(parts, "unknown: ", all, offer -> offer instanceof Offer.Unknown);
        boolean some =
                all.stream()
                        .anyMatch(
                                each ->
                                        each.offer() instanceof Offer.Present
                                                || each.offer() instanceof Offer.Loadable);
        boolean known = all.stream().noneMatch(each -> each.offer() instanceof Offer.Unknown);
        String text = String.join("; ", parts);
        if (some) {
            return Finding.ok(id, text);
        }
        return known ? Finding.absent(id, text) : Finding.unknown(id, text);
    }

    private static void add(
            List<String> parts, String head, List<Algorithm> all, Predicate<Offer> like) {
        List<String> words =
                all.stream()
                        .filter(each -> like.test(each.offer()))
                        .map(KernelProbes::word)
                        .toList();
        if (!words.isEmpty()) {
            parts.add(head + String.join(" ", words));
        }
    }

    private static String word(Algorithm each) {
        return each.offer() instanceof Offer.Loadable loadable
                ? each.word() + " (" + loadable.names() + ")"
                : each.word();
    }

    /// Of this network namespace.
    private static Finding defaultPolicies() {
        try {
            return defaultPolicies(DefaultPolicies.ofThisThread(PATIENCE));
        } catch (IOException untold) {
            return defaultPolicies(Optional.empty());
        }
    }

    static Finding defaultPolicies(Optional<DefaultPolicies> told) {
        String id = "kernel-default-policy";
        if (told.isEmpty()) {
            return Finding.unknown(id, "the kernel does not tell: it wants root and Linux 5.15");
        }
        Set<Direction> blocked = told.get().blocked();
        if (blocked.isEmpty()) {
            return Finding.ok(id, "in, fwd and out are accepted");
        }
        String words =
                Stream.of(Direction.IN, Direction.FWD, Direction.OUT)
                        .filter(blocked::contains)
                        .map(Direction::word)
                        .collect(Collectors.joining(" and "));
        return Finding.limited(
                id,
                words
                        + (blocked.size() == 1 ? " is" : " are")
                        + " BLOCKED: what no policy matches is dropped",
                "ip xfrm policy getdefault");
    }

    /// What `--backend auto` would take in this network namespace when no service runs.
    private static Finding choice(KernelOffer offer, boolean mayUse) {
        Optional<Offer> esp =
                offer.protocols().stream()
                        .filter(each -> each.protocol() == IpsecProtocol.ESP)
                        .filter(each -> each.family() == IpFamily.IPV4)
                        .map(Protocol::offer)
                        .findFirst();
        boolean hasXfrm =
                mayUse && isThere(offer.xfrm()) && esp.map(KernelProbes::isThere).orElse(false);
        String choice =
                hasXfrm
                        ? "xfrm"
                        : mayUse && isThere(offer.pfkey())
                                ? "pfkey"
                                : "userspace: jipsecd is started";
        return Finding.ok("backend", "auto is a running jipsecd, else " + choice);
    }

    private static boolean isThere(Offer offer) {
        return offer instanceof Offer.Present || offer instanceof Offer.Loadable;
    }
}
