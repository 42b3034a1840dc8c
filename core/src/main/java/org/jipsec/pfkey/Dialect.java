package org.jipsec.pfkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities.Feature;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.UdpEncapsulation;
import org.jipsec.sadb.UnknownParts;

import java.util.EnumSet;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// Whose PF_KEY is spoken. All that differs between the platforms stands here: layouts, numbers,
/// and what cannot be said. A [PfkeyMessage] is the same for all; [PfkeyCodec] has the octets as
/// the dialect wants them.
///
/// Linux's facts are those of `<linux/pfkeyv2.h>`, `net/key/af_key.c` and the recorded messages of
/// the tests; FreeBSD's (11 and later) and NetBSD's (8 and later) are those of their
/// `sys/net/pfkeyv2.h` and `sys/netipsec/ipsec.h`, and nobody has tried them on a BSD.
public enum Dialect {
    /// A `KeyService`: Linux's layouts, and jipsec's own messages, extensions and numbers.
    JIPSEC(new Layout(false, 10, 16), false),
    /// A Linux kernel. Its number 5 is HMAC-SHA-256 cut to 96 bits, so that is what it is called;
    /// the 128 bits of RFC 4868 cannot be said.
    LINUX(new Layout(false, 10, 16), true),
    /// A Linux kernel, and its algorithms are called what setkey called them: number 5 is
    /// `hmac-sha256`, whatever it is cut to.
    LINUX_AS_SETKEY(new Layout(false, 10, 16), true),
    FREEBSD(new Layout(true, 28, 8), true),
    NETBSD(new Layout(true, 24, 8), true);

    /// Where the octets differ.
    ///
    /// @param lengthInAddresses a sockaddr begins with an octet of its length and one of its family
    /// @param inet6 AF_INET6
    /// @param ruleHeader octets of `sadb_x_ipsecrequest`: with 8 the reqid has 16 bits, with 16 it
    ///     has 32 bits of its own
    record Layout(boolean lengthInAddresses, int inet6, int ruleHeader) {}

    private static final int LINUX_WINDOW = 32;
    private static final int LINUX_SHA256 = 5;
    private static final String LINUX_BEET = "3";
    private static final int FIRST_OF_BSD_ALONE = 24;
    private static final int BSD_TCP = 11;
    private static final int BSD_GMAC_128 = 11;
    private static final int BSD_GMAC_192 = 12;
    private static final int BSD_GMAC_256 = 13;

    private static final Set<Feature> LINUX_FEATURES =
            EnumSet.of(
                    Feature.FORWARD_POLICIES,
                    Feature.POLICY_PRIORITIES,
                    Feature.UDP_ENCAPSULATION,
                    Feature.SECURITY_CONTEXTS);
    private static final Set<Feature> FREEBSD_FEATURES =
            EnumSet.of(
                    Feature.POLICY_PRIORITIES,
                    Feature.WIDE_REPLAY_WINDOW,
                    Feature.UDP_ENCAPSULATION,
                    Feature.DELETE_ALL);
    private static final Set<Feature> NETBSD_FEATURES =
            EnumSet.of(Feature.UDP_ENCAPSULATION, Feature.DELETE_ALL);

    private final Layout layout;
    private final boolean isKernel;

    Dialect(Layout layout, boolean isKernel) {
        this.layout = layout;
        this.isKernel = isKernel;
    }

    Layout layout() {
        return layout;
    }

    /// Whether it is sent neither jipsec's own messages nor its extensions.
    public boolean isKernel() {
        return isKernel;
    }

    boolean isBsd() {
        return this == FREEBSD || this == NETBSD;
    }

    /// Of a kernel: what it does not say of itself.
    Set<Feature> features() {
        return switch (this) {
            case JIPSEC -> EnumSet.noneOf(Feature.class);
            case LINUX, LINUX_AS_SETKEY -> LINUX_FEATURES;
            case FREEBSD -> FREEBSD_FEATURES;
            case NETBSD -> NETBSD_FEATURES;
        };
    }

    /// Whether a DELETE without an SPI deletes all between its two ends.
    boolean deletesAll() {
        return this == JIPSEC || isBsd();
    }

    // ---- what is where in a message ----

    /// Whether `sadb_x_policy` ends in a priority; elsewhere that field is reserved.
    boolean hasPriorities() {
        return this != NETBSD;
    }

    /// Whether an extension of this number is what [ExtensionType] says.
    boolean shares(int extension) {
        return !isBsd() || extension < FIRST_OF_BSD_ALONE || extension >= ExtensionType.PRIVATE;
    }

    /// Whether an entry of a dump can have this sequence number behind one that had `previous`:
    /// what does not fit shows that entries were lost. The last has 0; where the others count up,
    /// on Linux, a loss right before it does not show.
    ///
    /// @param previous -1 before the first
    boolean follows(int previous, int sequence) {
        if (this == JIPSEC) {
            return true; // of a stream nothing is lost
        }
        if (isBsd()) {
            return previous < 0 || sequence == previous - 1;
        }
        return sequence == 0 || sequence == Math.max(previous, 0) + 1;
    }

    // ---- numbers ----

    int saTypeOnWire(int saType) {
        return isBsd() && saType == SA_TYPE_TCP ? BSD_TCP : saType;
    }

    int saTypeFromWire(int number) {
        return isBsd() && number == BSD_TCP ? SA_TYPE_TCP : number;
    }

    private static final int SA_TYPE_TCP = 8;

    /// @param number [AuthAlgorithm#number]
    /// @param keyBits of its key, by which the BSDs number AES-GMAC
    /// @return empty where the dialect has none
    OptionalInt authenticationOnWire(int number, int keyBits) {
        if (this == JIPSEC) {
            return OptionalInt.of(number);
        }
        boolean isShort = number == AuthAlgorithm.HMAC_SHA256_96.number();
        if (!isBsd() && isShort) {
            return OptionalInt.of(LINUX_SHA256);
        }
        if (this == LINUX && number == LINUX_SHA256) {
            return OptionalInt.empty();
        }
        if (number == AuthAlgorithm.AES_GMAC.number()) {
            return isBsd() ? gmac(keyBits) : OptionalInt.empty();
        }
        return isShort || number == AuthAlgorithm.AES_CMAC.number()
                ? OptionalInt.empty()
                : OptionalInt.of(number);
    }

    int authenticationFromWire(int number) {
        if (this == LINUX && number == LINUX_SHA256) {
            return AuthAlgorithm.HMAC_SHA256_96.number();
        }
        return isBsd() && number >= BSD_GMAC_128 && number <= BSD_GMAC_256
                ? AuthAlgorithm.AES_GMAC.number()
                : number;
    }

    /// An SA of a kernel, with the name of a mode that jipsec does not make: where setkey has
    /// printed its number, as [#LINUX_AS_SETKEY] it stays that.
    SaSnapshot named(SaSnapshot sa) {
        UnknownParts unknown = sa.unknown();
        return this != LINUX || !unknown.mode().equals(LINUX_BEET)
                ? sa
                : new SaSnapshot(
                        sa.association(),
                        sa.state(),
                        sa.current(),
                        sa.mark(),
                        sa.sequence(),
                        new UnknownParts(
                                unknown.encryption(),
                                unknown.authentication(),
                                unknown.compression(),
                                "beet"),
                        sa.own());
    }

    // ---- what cannot be said ----

    /// Why `operation` cannot be said to this kernel, though somewhere else it can; empty when it
    /// can be said, or when the kernel itself is to say what it lacks.
    Optional<Refused> refusal(SadbOperation operation) {
        if (!isKernel) {
            return Optional.empty();
        }
        return switch (operation) {
            case SadbOperation.AddSa(var sa) -> refusal(sa);
            case SadbOperation.UpdateSa(var sa) -> refusal(sa);
            case SadbOperation.RestoreSa(var snapshot) -> refusal(snapshot.association());
            case SadbOperation.GetStatistics _ ->
                    refused(Errno.EOPNOTSUPP, "a kernel's PF_KEY has no counters of its packets");
            default -> Optional.empty();
        };
    }

    private Optional<Refused> refusal(SecurityAssociation sa) {
        AuthAlgorithm mac = sa.authentication();
        int window = sa.replayWindow();
        if (authenticationOnWire(mac.number(), sa.authenticationKey().bits()).isEmpty()) {
            return refused(
                    Errno.ENOSYS,
                    this == LINUX && mac == AuthAlgorithm.HMAC_SHA256
                            ? "Linux's PF_KEY cuts hmac-sha256 to 96 bits, not to RFC 4868's 128"
                            : "this PF_KEY has no number for " + mac.word());
        }
        if (sa.extendedSequence()) {
            return refused(Errno.EINVAL, "PF_KEY has no field for extended sequence numbers");
        }
        if (!isBsd() && window > LINUX_WINDOW) {
            return refused(
                    Errno.EINVAL, "Linux's PF_KEY has no replay window of more than 32 packets");
        }
        boolean isCut = sa.encapsulation().map(UdpEncapsulation::fragmentSize).orElse(0) != 0;
        if (!isBsd() && isCut) {
            return refused(Errno.EINVAL, "Linux's PF_KEY has no field for -esp_frag");
        }
        return Optional.empty();
    }

    private static Optional<Refused> refused(Errno errno, String why) {
        return Optional.of(new Refused(errno, why));
    }

    private static OptionalInt gmac(int keyBits) {
        return switch (keyBits) {
            case 160 -> OptionalInt.of(BSD_GMAC_128);
            case 224 -> OptionalInt.of(BSD_GMAC_192);
            case 288 -> OptionalInt.of(BSD_GMAC_256);
            default -> OptionalInt.empty();
        };
    }
}
