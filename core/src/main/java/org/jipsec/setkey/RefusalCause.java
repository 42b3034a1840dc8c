package org.jipsec.setkey;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.setkey.KernelFacts.Offer;
import org.jipsec.setkey.RefusedCase.Ingredient;
import org.jipsec.wire.IpText;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/// Why a backend says no, and what to do about it. [RefusalTable] tells which of these an answer
/// means.
enum RefusalCause {
    // what the kernel lacks
    PROTOCOL_ABSENT(
            refused -> "it has no " + refused.protocolText(), RefusalCause::howToGetTheProtocol),
    MODE_ABSENT(
            refused -> "it lacks this mode for this family of addresses",
            "write transport, or tunnel with addresses of one family"),
    ALGORITHM_ABSENT(RefusalCause::whichAlgorithm, RefusalCause::howToGetTheAlgorithm),
    ALGORITHM_BROKEN(
            refused -> "its own implementation of " + names(refused) + " fails its self-test",
            "another algorithm, or --backend userspace; dmesg says which test failed"),
    KEY_REFUSED(
            refused -> "it does not take this key for " + names(refused),
            "a weak key, or one that FIPS mode forbids (cat /proc/sys/crypto/fips_enabled); jipsec"
                    + " doctor lists what this kernel runs"),
    IPV6_DISABLED(refused -> "it is without IPv6", "a kernel with IPv6, or addresses of IPv4 only"),
    OPERATION_UNKNOWN(
            refused -> "it does not know this operation", "--backend userspace has all of them"),
    ATTRIBUTE_UNKNOWN(
            refused -> "it is too old for something that this asks for",
            "leave out what is newer than the kernel, or --backend userspace"),

    // what is there already, or is not
    SA_EXISTS(
            refused -> "an SA of this address, protocol and SPI is there already",
            "delete that one first, or give this one another SPI; jsetkey -D lists them"),
    SA_OF_KERNEL(
            refused -> "that SA belongs to a tunnel that the kernel made itself",
            "delete the SAs of IPComp that brought it"),
    SA_ABSENT(
            refused -> "there is no SA of this address, protocol and SPI",
            refused ->
                    Optional.of(
                            refused.operation() instanceof SadbOperation.UpdateSa
                                    ? "write add; update is for one that is there (jsetkey -D)"
                                    : "jsetkey -D lists those that are there")),
    SA_NOT_ALIVE(
            refused -> "the SA is there, but has ended or is of another kind",
            "delete it and add it anew"),
    POLICY_EXISTS(
            refused -> "a policy of this selector and direction is there already",
            "write spdupdate, which replaces it, or spddelete that one first"),
    POLICY_ABSENT(
            refused -> "there is no policy of this selector and direction",
            "prefix lengths, ports, protocol and direction have to be those of jsetkey -DP"),
    SPI_EXHAUSTED(
            refused -> "no SPI of this range is free for this address",
            "a wider range, or delete SAs that are no longer needed"),
    REGISTERED_TWICE(refused -> "this program is registered already", ""),

    // what does not fit together
    OPTIONAL_TUNNEL(
            refused -> "an outbound tunnel cannot be optional (level use)",
            RefusalCause::requireInstead),
    FAMILY_CHANGE(
            refused -> "only a tunnel can lead from one family of addresses to the other",
            "write tunnel with the addresses of the gateways, or addresses of one family"),
    RULES_TOO_MANY(refused -> "a policy has at most 6 rules", "nest less"),
    RULE_INVALID(
            refused -> "it does not take a rule of this policy",
            "a rule is of esp, ah or ipcomp, and a tunnel has two ends of one family"),
    PREFIX_RANGE(
            refused -> "a prefix is longer than an address", "at most 32 for IPv4, 128 for IPv6"),
    AEAD_WITH_AUTHENTICATION(
            refused -> "its cipher authenticates by itself and takes no -A beside it",
            "leave out -A"),
    AH_ENCRYPTS(refused -> "AH does not encrypt", "leave out -E, or write esp"),
    AH_WITHOUT_AUTHENTICATION(refused -> "AH needs -A", "ah takes -A with an algorithm and a key"),
    ESP_WITHOUT_CIPHER(refused -> "ESP needs -E, be it null", "write -E null before -A"),
    COMPRESSION_MISFIT(
            refused -> "IPComp takes -C and nothing else", "write -C deflate, without -E and -A"),
    CPI_RANGE(refused -> "the CPI of IPComp has 16 bits only", "write a number from 256 to 61439"),
    SPI_ORDER(refused -> "the range of SPIs ends before it begins", "write the smaller one first"),
    WINDOW_MISSING(
            refused -> "extended sequence numbers need a replay window",
            "add -r 64; Linux wants it of the sender's SA, too"),
    WINDOW_RANGE(refused -> "the replay window is too large", "at most 4096 packets"),
    WINDOW_CHANGED(
            refused -> "the replay window of an SA cannot change its size",
            "delete the SA and add it anew"),
    EXTENDED_SEQUENCE_MISUSED(
            refused -> "only ESP and AH have extended sequence numbers and large windows",
            "leave out -esn and -r"),
    ICV_LENGTH(
            refused -> "the ICV would be longer than the algorithm makes it",
            "another integrity algorithm"),
    ENCAPSULATION(refused -> "only ESP goes in UDP", "leave out the ports, or write esp-udp"),
    MODE_UNKNOWN(
            refused -> "this protocol does not have this mode there",
            "write -m transport or -m tunnel"),
    LIFETIME_HALF(
            refused -> "over PF_KEY a hard lifetime needs a soft one beside it, and the reverse",
            "give both (-lh with -ls, -bh with -bs), or --backend xfrm"),
    CONTEXT(
            refused -> "its security module does not take this security context",
            "leave out -ctx, or name a context of the loaded policy"),
    OFFLOAD(refused -> "the device cannot do the work", "leave out -hwif"),
    PARAMETER(
            refused ->
                    "it does not take something in this, most likely a key, and does not say what",
            refused ->
                    Optional.of(
                            "jipsec doctor lists the algorithms of this kernel"
                                    + (refused.who() == RefusedCase.Who.PFKEY
                                            ? "; --backend xfrm tells more"
                                            : ""))),
    DIRECTION_INVALID(refused -> "it lacks this direction or kind of policies", ""),

    // who asks, and when
    NO_RIGHTS(refused -> "CAP_NET_ADMIN is needed for this", RefusalCause::howToGetRights),
    SECURITY_MODULE(
            refused -> "its security module (SELinux or another) forbids it",
            "ausearch -m avc, or journalctl -k, tell which rule"),
    MEMORY(
            refused -> "it has no memory left for this",
            "fewer SAs and policies at once, or more memory for its sockets"
                    + " (net.core.rmem_max, net.core.wmem_max)"),
    BUSY(refused -> "it is still busy with something like this", "try again"),
    TOO_LONG(refused -> "this is longer than a message to it can be", ""),

    /// A backend's own words say what is wrong.
    AS_TOLD(refused -> refused.refused().why(), RefusalCause::whoCan),
    UNKNOWN(refused -> refused.refused().errno().text(), "");

    private final Function<RefusedCase, String> why;
    private final Function<RefusedCase, Optional<String>> remedy;

    RefusalCause(Function<RefusedCase, String> why, String remedy) {
        this(why, refused -> remedy.isEmpty() ? Optional.empty() : Optional.of(remedy));
    }

    RefusalCause(
            Function<RefusedCase, String> why, Function<RefusedCase, Optional<String>> remedy) {
        this.why = why;
        this.remedy = remedy;
    }

    /// Lower case, no full stop; its subject is the backend, or what was asked for.
    String why(RefusedCase refused) {
        return why.apply(refused);
    }

    /// What to write, load or do.
    Optional<String> remedy(RefusedCase refused) {
        return remedy.apply(refused);
    }

    private static Optional<String> howToGetTheProtocol(RefusedCase refused) {
        String own = "--backend userspace brings its own";
        if (refused.protocol() == IpsecProtocol.TCP) {
            return Optional.of("Linux signs TCP by a socket option only: leave this SA out");
        }
        return Optional.of(
                switch (refused.facts().protocol(refused.protocol(), refused.isIpv6())) {
                    case Offer.Loadable loadable ->
                            "modprobe " + loadable.names() + ", then again; or " + own;
                    case Offer.Missing() -> "this kernel is built without it: " + own;
                    case Offer.Present(), Offer.Unknown() ->
                            refused.facts().loadsModules()
                                    ? "modprobe "
                                            + refused.protocolModule()
                                            + ", or where there is no such module: "
                                            + own
                                    : "this kernel is built without it: " + own;
                });
    }

    private static String names(RefusedCase refused) {
        List<String> words = refused.algorithms().stream().map(Ingredient::word).toList();
        return words.isEmpty() ? "this algorithm" : SetkeyChecker.alternatives(words);
    }

    private static List<Ingredient> lacking(RefusedCase refused) {
        return refused.algorithms().stream()
                .filter(
                        each ->
                                each.offer() instanceof Offer.Missing
                                        || each.offer() instanceof Offer.Loadable)
                .toList();
    }

    /// The kernel's own words narrow it down where the facts do not.
    private static String whichAlgorithm(RefusedCase refused) {
        List<Ingredient> lacking = lacking(refused);
        if (!lacking.isEmpty()) {
            return "it has no "
                    + SetkeyChecker.alternatives(lacking.stream().map(Ingredient::word).toList());
        }
        String said = refused.refused().why();
        return refused.association()
                .map(
                        sa ->
                                said.contains("AUTH")
                                        ? sa.authentication().word()
                                        : said.contains("CRYPT") || said.contains("AEAD")
                                                ? sa.encryption().word()
                                                : said.contains("COMP")
                                                        ? sa.compression().word()
                                                        : names(refused))
                .map(word -> "it has no " + word)
                .orElse("it has no such algorithm");
    }

    private static Optional<String> howToGetTheAlgorithm(RefusedCase refused) {
        String other = "jipsec doctor lists what this kernel has; --backend userspace has all";
        List<String> modules =
                lacking(refused).stream()
                        .flatMap(
                                each ->
                                        each.offer() instanceof Offer.Loadable(var needed)
                                                ? needed.stream()
                                                : Stream.empty())
                        .toList();
        return Optional.of(
                modules.isEmpty()
                        ? other
                        : "modprobe -a " + String.join(" ", modules) + "; " + other);
    }

    private static Optional<String> requireInstead(RefusedCase refused) {
        String ends =
                refused.optionalTunnelOut()
                        .flatMap(PolicyRule::endpoints)
                        .map(
                                both ->
                                        IpText.text(both.source().address())
                                                + "-"
                                                + IpText.text(both.destination().address()))
                        .orElse("");
        return Optional.of(
                refused.optionalTunnelOut()
                        .map(
                                rule ->
                                        "write %s/tunnel/%s/require"
                                                .formatted(rule.protocol().word(), ends))
                        .orElse("write require in place of use"));
    }

    private static Optional<String> whoCan(RefusedCase refused) {
        String said = refused.refused().why();
        return said.contains("PF_KEY")
                ? Optional.of("use XFRM: --backend xfrm")
                : said.contains("XFRM")
                        ? Optional.of("the userspace stack can: --backend userspace")
                        : Optional.empty();
    }

    private static Optional<String> howToGetRights(RefusedCase refused) {
        return Optional.of(
                refused.facts().isContainer()
                        ? "start the container with --cap-add NET_ADMIN"
                        : refused.lacksRights()
                                ? "be root: sudo jsetkey ..."
                                : "have it in the user namespace that owns this network"
                                        + " namespace: enter both (nsenter -U -n), or be root");
    }
}
