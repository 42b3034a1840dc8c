package org.jipsec.pfkey;

import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;

import java.util.List;
import java.util.Optional;

/// The extensions of a message, decoded: a value of this type fits its layout; whether its numbers
/// mean anything is for [PfkeyRequests] and [PfkeyReplies] to say.
public sealed interface PfkeyExtension {
    /// `sadb_ext_type`
    int number();

    /// `sadb_sa`.
    ///
    /// @param replay octet of the window's size
    /// @param state `SADB_SASTATE_*`
    /// @param encryption the compression algorithm in IPComp
    /// @param flags see [org.jipsec.sadb.SaFlags]; Linux has its own three high bits
    record Association(
            Spi spi, int replay, int state, int authentication, int encryption, int flags)
            implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.SA.number();
        }
    }

    /// `sadb_lifetime`; times in seconds, for LIFETIME_CURRENT since 1970, else durations.
    ///
    /// @param allocations unsigned 32 bits
    record Lifetimes(ExtensionType type, long allocations, long bytes, long addTime, long useTime)
            implements PfkeyExtension {
        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_address` and its sockaddr, AF_INET or AF_INET6.
    record Address(ExtensionType type, int protocol, int prefixLength, Endpoint endpoint)
            implements PfkeyExtension {
        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_key`.
    ///
    /// @param secret of `(bits + 7) / 8` octets
    record Key(ExtensionType type, int bits, Secret secret) implements PfkeyExtension {
        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_ident`.
    ///
    /// @param text with its terminating zero and padding
    record Identity(ExtensionType type, int kind, long id, Bytes text) implements PfkeyExtension {
        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_sens`; the bitmaps in multiples of 8 octets.
    record Sensitivity(
            int domain,
            int sensitivityLevel,
            Bytes sensitivityBitmap,
            int integrityLevel,
            Bytes integrityBitmap)
            implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.SENSITIVITY.number();
        }
    }

    /// `sadb_prop`: what an ACQUIRE proposes.
    record Proposal(int replay, List<Combination> combinations) implements PfkeyExtension {
        public Proposal {
            combinations = List.copyOf(combinations);
        }

        @Override
        public int number() {
            return ExtensionType.PROPOSAL.number();
        }
    }

    /// `sadb_comb`; sizes in bits.
    record Combination(
            int authentication,
            int encryption,
            int flags,
            int authenticationMinimum,
            int authenticationMaximum,
            int encryptionMinimum,
            int encryptionMaximum,
            Limits soft,
            Limits hard) {}

    /// Of a [Combination]: as [Lifetimes].
    record Limits(long allocations, long bytes, long addTime, long useTime) {}

    /// `sadb_supported`
    record Supported(ExtensionType type, List<Algorithm> algorithms) implements PfkeyExtension {
        public Supported {
            algorithms = List.copyOf(algorithms);
        }

        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_alg`; key sizes in bits, the IV's in octets.
    record Algorithm(int id, int ivLength, int minimumBits, int maximumBits) {}

    /// `sadb_spirange`
    record SpiRange(Spi minimum, Spi maximum) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.SPI_RANGE.number();
        }
    }

    /// `sadb_x_policy`.
    ///
    /// @param type see [org.jipsec.sadb.PolicyAction]
    /// @param direction see [org.jipsec.sadb.Direction]
    /// @param priority unsigned 32 bits
    record PolicyData(int type, int direction, int id, int priority, List<PolicyRequest> requests)
            implements PfkeyExtension {
        public PolicyData {
            requests = List.copyOf(requests);
        }

        @Override
        public int number() {
            return ExtensionType.X_POLICY.number();
        }
    }

    /// `sadb_x_ipsecrequest`; in X_MIGRATE they come in pairs, old and new.
    ///
    /// @param protocol of IP: 50, 51, 108
    record PolicyRequest(
            int protocol, int mode, int level, int reqid, Optional<EndpointPair> endpoints) {}

    /// Two sockaddrs of one family.
    record EndpointPair(Endpoint source, Endpoint destination) {}

    /// `sadb_x_sa2`
    record Sa2(int mode, int sequence, int reqid) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.X_SA2.number();
        }
    }

    /// `sadb_x_nat_t_type`: 2 is UDP_ENCAP_ESPINUDP, RFC 3948.
    record NatType(int type) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.X_NAT_T_TYPE.number();
        }
    }

    /// `sadb_x_nat_t_port`
    record NatPort(ExtensionType type, int port) implements PfkeyExtension {
        @Override
        public int number() {
            return type.number();
        }
    }

    /// `sadb_x_sec_ctx`.
    ///
    /// @param context with its terminating zero
    record Context(int doi, int algorithm, Bytes context) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.X_SECURITY_CONTEXT.number();
        }
    }

    /// `sadb_x_kmaddress`
    record KeyManagerAddress(int reserved, EndpointPair endpoints) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.X_KM_ADDRESS.number();
        }
    }

    /// `sadb_x_filter`: which SAs to dump.
    ///
    /// @param source 16 octets, of which IPv4 uses the first 4
    /// @param destination likewise
    record Filter(
            Bytes source, int sourceLength, Bytes destination, int destinationLength, int family)
            implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.X_FILTER.number();
        }
    }

    /// jipsec's own: what `sadb_sa` has no room for.
    ///
    /// @param flags the SA's real [org.jipsec.sadb.SaFlags]
    /// @param replayWindow in packets
    /// @param fragmentSize of [org.jipsec.sadb.UdpEncapsulation]
    record ExtendedAssociation(
            int flags, int replayWindow, boolean extendedSequence, int fragmentSize)
            implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.JIPSEC_SA.number();
        }
    }

    /// jipsec's own: why a request was refused, beyond its errno.
    record Reason(String text) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.JIPSEC_REASON.number();
        }
    }

    /// jipsec's own: counters of the packet path (JIPSEC_COUNTERS) or of its drops (JIPSEC_DROPS).
    record Counts(ExtensionType type, List<Count> counts) implements PfkeyExtension {
        public Counts {
            counts = List.copyOf(counts);
        }

        @Override
        public int number() {
            return type.number();
        }
    }

    /// @param sentence empty in JIPSEC_COUNTERS
    record Count(String name, String sentence, long value) {}

    /// jipsec's own: what SUPPORTED does not say.
    ///
    /// @param features bit by ordinal of [org.jipsec.sadb.Capabilities.Feature]
    /// @param compression bit by number of [org.jipsec.sadb.CompressionAlgorithm]
    record Features(String backend, int features, int compression) implements PfkeyExtension {
        @Override
        public int number() {
            return ExtensionType.JIPSEC_FEATURES.number();
        }
    }

    /// jipsec's own: [org.jipsec.sadb.SequenceState].
    record Sequence(long sent, long received, List<Integer> window) implements PfkeyExtension {
        public Sequence {
            window = List.copyOf(window);
        }

        @Override
        public int number() {
            return ExtensionType.JIPSEC_SEQUENCE.number();
        }
    }

    /// A number we do not know, or KMPRIVATE: kept as it came.
    ///
    /// @param body all behind the four octets of length and type, its length 4 modulo 8
    record Unknown(int number, Bytes body) implements PfkeyExtension {}
}
