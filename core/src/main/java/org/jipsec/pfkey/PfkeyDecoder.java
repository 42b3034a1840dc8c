package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Combination;
import org.jipsec.pfkey.PfkeyExtension.Context;
import org.jipsec.pfkey.PfkeyExtension.Count;
import org.jipsec.pfkey.PfkeyExtension.Counts;
import org.jipsec.pfkey.PfkeyExtension.EndpointPair;
import org.jipsec.pfkey.PfkeyExtension.ExtendedAssociation;
import org.jipsec.pfkey.PfkeyExtension.Features;
import org.jipsec.pfkey.PfkeyExtension.Filter;
import org.jipsec.pfkey.PfkeyExtension.Identity;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.KeyManagerAddress;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.Limits;
import org.jipsec.pfkey.PfkeyExtension.NatPort;
import org.jipsec.pfkey.PfkeyExtension.NatType;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.pfkey.PfkeyExtension.Proposal;
import org.jipsec.pfkey.PfkeyExtension.Reason;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.pfkey.PfkeyExtension.Sensitivity;
import org.jipsec.pfkey.PfkeyExtension.Sequence;
import org.jipsec.pfkey.PfkeyExtension.SpiRange;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.pfkey.PfkeyExtension.Unknown;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Octets to [PfkeyExtension]s. Every read is bounded by the extension's own end; reserved fields
/// are not looked at.
final class PfkeyDecoder {
    private PfkeyDecoder() {}

    /// Reads the extension at the position of `in` and leaves `in` behind it. The start of `in` is
    /// that of the message.
    static PfkeyExtension extension(ByteBuffer in, Dialect dialect) throws WireException {
        int start = in.position();
        int length = Wire.u16(in) * 8;
        int number = Wire.u16(in);
        if (length == 0) {
            throw new WireException(start, "extension " + number + " of length 0");
        }
        if (number == 0) {
            throw new WireException(start + 2, "extension type 0");
        }
        if (length - 4 > in.remaining()) {
            throw new WireException(
                    start, "extension " + number + " of length " + length + " passes the end");
        }
        ByteBuffer body = Wire.take(in, length - 4);
        ExtensionType type = dialect.shares(number) ? ExtensionType.numbered(number) : null;
        if (type == null) {
            return new Unknown(number, Bytes.rest(body));
        }
        try {
            return decode(type, body, dialect);
        } catch (WireException wrong) {
            throw new WireException(
                    start + 4 + wrong.offset(),
                    "in extension " + number + ": " + afterOffset(wrong.getMessage()));
        }
    }

    private static PfkeyExtension decode(ExtensionType type, ByteBuffer body, Dialect dialect)
            throws WireException {
        return switch (type) {
            case SA -> association(body);
            case LIFETIME_CURRENT, LIFETIME_HARD, LIFETIME_SOFT -> {
                long allocations = Wire.u32(body);
                yield new Lifetimes(
                        type, allocations, Wire.u64(body), Wire.u64(body), Wire.u64(body));
            }
            case ADDRESS_SOURCE, ADDRESS_DESTINATION, ADDRESS_PROXY, X_NAT_T_ORIGINAL_ADDRESS -> {
                int protocol = Wire.u8(body);
                int prefixLength = Wire.u8(body);
                Wire.u16(body);
                yield new Address(
                        type,
                        protocol,
                        prefixLength,
                        SocketAddresses.decode(body, 0, dialect.layout()));
            }
            case KEY_AUTHENTICATION, KEY_ENCRYPTION -> key(type, body);
            case IDENTITY_SOURCE, IDENTITY_DESTINATION -> {
                int kind = Wire.u16(body);
                Wire.u16(body);
                long id = Wire.u64(body);
                yield new Identity(type, kind, id, Bytes.rest(body));
            }
            case SENSITIVITY -> sensitivity(body);
            case PROPOSAL -> proposal(body);
            case SUPPORTED_AUTHENTICATION, SUPPORTED_ENCRYPTION -> supported(type, body);
            case SPI_RANGE -> new SpiRange(Spi.of(Wire.u32(body)), Spi.of(Wire.u32(body)));
            case X_KM_PRIVATE -> new Unknown(type.number(), Bytes.rest(body));
            case X_POLICY -> policy(body, dialect);
            case X_SA2 -> {
                int mode = Wire.u8(body);
                Wire.skip(body, 3);
                int sequence = (int) Wire.u32(body);
                yield new Sa2(mode, sequence, (int) Wire.u32(body));
            }
            case X_NAT_T_TYPE -> new NatType(Wire.u8(body));
            case X_NAT_T_SOURCE_PORT, X_NAT_T_DESTINATION_PORT ->
                    new NatPort(type, Wire.u16(body.order(ByteOrder.BIG_ENDIAN)));
            case X_SECURITY_CONTEXT -> {
                int algorithm = Wire.u8(body);
                int doi = Wire.u8(body);
                ByteBuffer context = Wire.take(body, Wire.u16(body));
                yield new Context(doi, algorithm, Bytes.rest(context));
            }
            case X_KM_ADDRESS -> {
                int reserved = (int) Wire.u32(body);
                yield new KeyManagerAddress(reserved, pair(body, dialect.layout()));
            }
            case X_FILTER -> {
                Bytes source = Bytes.rest(Wire.take(body, 16));
                Bytes destination = Bytes.rest(Wire.take(body, 16));
                int family = Wire.u16(body);
                int sourceLength = Wire.u8(body);
                yield new Filter(source, sourceLength, destination, Wire.u8(body), family);
            }
            case JIPSEC_SA -> {
                int flags = (int) Wire.u32(body);
                int window = Wire.u16(body);
                boolean extended = Wire.u8(body) != 0;
                Wire.u8(body);
                yield new ExtendedAssociation(flags, window, extended, Wire.u16(body));
            }
            case JIPSEC_REASON -> new Reason(text(body, Wire.u16(body)));
            case JIPSEC_COUNTERS, JIPSEC_DROPS -> counts(type, body);
            case JIPSEC_FEATURES -> {
                int features = (int) Wire.u32(body);
                int compression = (int) Wire.u32(body);
                yield new Features(text(body, Wire.u16(body)), features, compression);
            }
            case JIPSEC_SEQUENCE -> sequence(body);
        };
    }

    private static Sequence sequence(ByteBuffer body) throws WireException {
        long words = Wire.u32(body);
        long sent = Wire.u64(body);
        long received = Wire.u64(body);
        List<Integer> window = new ArrayList<>();
        for (long i = 0; i < words; i++) {
            window.add((int) Wire.u32(body));
        }
        return new Sequence(sent, received, window);
    }

    private static Association association(ByteBuffer body) throws WireException {
        int spi = (int) Wire.u32(body);
        int replay = Wire.u8(body);
        int state = Wire.u8(body);
        int authentication = Wire.u8(body);
        int encryption = Wire.u8(body);
        int flags = (int) Wire.u32(body);
        return new Association(
                new Spi(body.order() == ByteOrder.BIG_ENDIAN ? spi : Integer.reverseBytes(spi)),
                replay,
                state,
                authentication,
                encryption,
                flags);
    }

    private static Key key(ExtensionType type, ByteBuffer body) throws WireException {
        int bits = Wire.u16(body);
        Wire.u16(body);
        ByteBuffer view = Wire.take(body, (bits + 7) / 8);
        byte[] octets = new byte[view.remaining()];
        view.get(octets);
        Key key = new Key(type, bits, Secret.of(octets));
        Arrays.fill(octets, (byte) 0);
        return key;
    }

    private static Sensitivity sensitivity(ByteBuffer body) throws WireException {
        int domain = (int) Wire.u32(body);
        int level = Wire.u8(body);
        int length = Wire.u8(body) * 8;
        int integrityLevel = Wire.u8(body);
        int integrityLength = Wire.u8(body) * 8;
        Wire.u32(body);
        return new Sensitivity(
                domain,
                level,
                Bytes.rest(Wire.take(body, length)),
                integrityLevel,
                Bytes.rest(Wire.take(body, integrityLength)));
    }

    private static Proposal proposal(ByteBuffer body) throws WireException {
        int replay = Wire.u8(body);
        Wire.skip(body, 3);
        List<Combination> combinations = new ArrayList<>();
        while (body.hasRemaining()) {
            combinations.add(combination(Wire.take(body, 72)));
        }
        return new Proposal(replay, combinations);
    }

    private static Combination combination(ByteBuffer body) throws WireException {
        int authentication = Wire.u8(body);
        int encryption = Wire.u8(body);
        int flags = Wire.u16(body);
        int authenticationMinimum = Wire.u16(body);
        int authenticationMaximum = Wire.u16(body);
        int encryptionMinimum = Wire.u16(body);
        int encryptionMaximum = Wire.u16(body);
        Wire.u32(body);
        long softAllocations = Wire.u32(body);
        long hardAllocations = Wire.u32(body);
        long softBytes = Wire.u64(body);
        long hardBytes = Wire.u64(body);
        long softAddTime = Wire.u64(body);
        long hardAddTime = Wire.u64(body);
        long softUseTime = Wire.u64(body);
        long hardUseTime = Wire.u64(body);
        return new Combination(
                authentication,
                encryption,
                flags,
                authenticationMinimum,
                authenticationMaximum,
                encryptionMinimum,
                encryptionMaximum,
                new Limits(softAllocations, softBytes, softAddTime, softUseTime),
                new Limits(hardAllocations, hardBytes, hardAddTime, hardUseTime));
    }

    private static Supported supported(ExtensionType type, ByteBuffer body) throws WireException {
        Wire.u32(body);
        List<Algorithm> algorithms = new ArrayList<>();
        while (body.hasRemaining()) {
            int id = Wire.u8(body);
            int ivLength = Wire.u8(body);
            int minimum = Wire.u16(body);
            int maximum = Wire.u16(body);
            Wire.u16(body);
            algorithms.add(new Algorithm(id, ivLength, minimum, maximum));
        }
        return new Supported(type, algorithms);
    }

    private static PolicyData policy(ByteBuffer body, Dialect dialect) throws WireException {
        int type = Wire.u16(body);
        int direction = Wire.u8(body);
        Wire.u8(body);
        int id = (int) Wire.u32(body);
        int priority = (int) Wire.u32(body);
        List<PolicyRequest> requests = new ArrayList<>(2);
        while (body.hasRemaining()) {
            requests.add(request(body, dialect.layout()));
        }
        return new PolicyData(
                type, direction, id, dialect.hasPriorities() ? priority : 0, requests);
    }

    private static PolicyRequest request(ByteBuffer in, Dialect.Layout layout)
            throws WireException {
        int start = in.position();
        int length = Wire.u16(in);
        if (length < layout.ruleHeader()) {
            throw new WireException(start, "ipsecrequest of " + length + " octets");
        }
        ByteBuffer body = Wire.take(in, length - 2);
        int protocol = Wire.u16(body);
        int mode = Wire.u8(body);
        int level = Wire.u8(body);
        int reqid = Wire.u16(body);
        if (layout.ruleHeader() > 8) {
            reqid = (int) Wire.u32(body);
            Wire.u32(body);
        }
        return new PolicyRequest(
                protocol,
                mode,
                level,
                reqid,
                body.hasRemaining() ? Optional.of(pair(body, layout)) : Optional.empty());
    }

    private static EndpointPair pair(ByteBuffer body, Dialect.Layout layout) throws WireException {
        int start = body.position();
        Endpoint source = SocketAddresses.decode(body, 0, layout);
        Endpoint destination = SocketAddresses.decode(body, 0, layout);
        if (source.isIpv4() != destination.isIpv4()) {
            throw new WireException(start, "two families in a pair of addresses");
        }
        return new EndpointPair(source, destination);
    }

    private static Counts counts(ExtensionType type, ByteBuffer body) throws WireException {
        int count = (int) Math.min(Wire.u32(body), body.remaining() / 12);
        List<Count> counts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            long value = Wire.u64(body);
            int nameLength = Wire.u16(body);
            int sentenceLength = Wire.u16(body);
            counts.add(new Count(text(body, nameLength), text(body, sentenceLength), value));
        }
        return new Counts(type, counts);
    }

    private static String text(ByteBuffer body, int length) throws WireException {
        byte[] octets = new byte[length];
        Wire.take(body, length).get(octets);
        return new String(octets, StandardCharsets.UTF_8);
    }

    private static String afterOffset(String message) {
        int colon = message.indexOf(": ");
        return message.startsWith("octet ") && colon > 0 ? message.substring(colon + 2) : message;
    }
}
