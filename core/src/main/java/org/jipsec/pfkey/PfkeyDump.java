package org.jipsec.pfkey;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Locale;

/// A message as `setkey -v`, `-x` and `-H` print it: every field by its number, octet for octet the
/// original's layout.
///
/// The original has a slip that this keeps, for scripts compare the text: `key=` shows not the key
/// but what stands 64 octets behind the start of its extension, and zeros behind the end of the
/// message. Where that would be octets of a key, ours prints zeros.
public final class PfkeyDump {
    /// What `-v` shows after each entry of a dump: a message of zeros, that nobody sent.
    public static final String STRAY =
            """
            sadb_msg{ version=0 type=0 errno=0 satype=0
              len=0 reserved=0 seq=0 pid=0
            """;

    private final ByteBuffer message;
    private final StringBuilder out = new StringBuilder(1024);
    private @Nullable BitSet keys;

    private PfkeyDump(ByteBuffer message) {
        this.message = message;
    }

    /// @param message one whole message from its position to its limit; not moved. Any octets will
    /// do
    /// @return lines, the last one ended too; without the empty line that setkey puts behind
    public static String text(ByteBuffer message) {
        PfkeyDump dump = new PfkeyDump(message.slice().order(PfkeyCodec.HOST));
        dump.message();
        return dump.out.toString();
    }

    /// `-H`: sixteen octets a line, each line beginning with its offset and each octet ending in a
    /// blank.
    ///
    /// @param message as in [#text]
    public static String hex(ByteBuffer message) {
        StringBuilder lines = new StringBuilder(message.remaining() * 4);
        for (int i = 0; i < message.remaining(); i++) {
            if (i % 16 == 0) {
                lines.append(i == 0 ? "" : "\n").append("%08x: ".formatted(i));
            }
            appendHex(lines, message.get(message.position() + i) & 0xff);
            lines.append(' ');
        }
        return lines.append('\n').toString();
    }

    private void message() {
        print("sadb_msg{ version=%d type=%d errno=%d satype=%d\n", u8(0), u8(1), u8(2), u8(3));
        print("  len=%d reserved=%d seq=%d pid=%d\n", u16(4), u16(6), u32(8), u32(12));
        int end = Math.min(u16(4) * 8, message.limit());
        int at = PfkeyCodec.HEADER;
        while (at < end) {
            int length = u16(at) * 8;
            print("sadb_ext{ len=%d type=%d }\n", u16(at), u16(at + 2));
            if (length == 0) {
                print("kdebug_sadb: invalid ext_len=0 was passed.\n");
                return;
            }
            if (at + length > end) {
                print("kdebug_sadb: ext_len exceeds end of buffer.\n");
                return;
            }
            if (!extension(at, length)) {
                print("kdebug_sadb: invalid ext_type %d was passed.\n", u16(at + 2));
                return;
            }
            at += length;
        }
    }

    /// False for a type that the original does not know.
    private boolean extension(int at, int length) {
        ExtensionType type = ExtensionType.numbered(u16(at + 2));
        if (type == null) {
            return false;
        }
        switch (type) {
            case SA -> {
                print(
                        "sadb_sa{ spi=%d replay=%d state=%d\n",
                        Integer.toUnsignedLong(bigEndian(at + 4)), u8(at + 8), u8(at + 9));
                print(
                        "  auth=%d encrypt=%d flags=0x%08x }\n",
                        u8(at + 10), u8(at + 11), u32(at + 12));
            }
            case LIFETIME_CURRENT, LIFETIME_HARD, LIFETIME_SOFT -> {
                print("sadb_lifetime{ alloc=%d, bytes=%d\n", u32(at + 4), lowHalf(at + 8));
                print("  addtime=%d, usetime=%d }\n", lowHalf(at + 16), lowHalf(at + 24));
            }
            case ADDRESS_SOURCE, ADDRESS_DESTINATION, ADDRESS_PROXY, X_NAT_T_ORIGINAL_ADDRESS -> {
                print(
                        "sadb_address{ proto=%d prefixlen=%d reserved=0x%02x%02x }\n",
                        u8(at + 4), u8(at + 5), u8(at + 6), u8(at + 7));
                socketAddress(at + 8);
            }
            case KEY_AUTHENTICATION, KEY_ENCRYPTION -> key(at, length);
            case IDENTITY_SOURCE, IDENTITY_DESTINATION -> identity(at, length, type);
            case PROPOSAL -> proposal(at, length);
            case SUPPORTED_AUTHENTICATION, SUPPORTED_ENCRYPTION -> {
                print("sadb_sup{\n");
                for (int i = at + 8; i < at + length; i += 8) {
                    print(
                            "  { id=%d ivlen=%d min=%d max=%d }\n",
                            u8(i), u8(i + 1), u16(i + 2), u16(i + 4));
                }
                print("}\n");
            }
            case X_POLICY -> policy(at, length);
            case X_SA2 -> {
                print("sadb_x_sa2{ mode=%d reqid=%d\n", u8(at + 4), u32(at + 12));
                print(
                        "  reserved1=%d reserved2=%d sequence=%d }\n",
                        u8(at + 5), u16(at + 6), u32(at + 8));
            }
            case X_NAT_T_TYPE -> print("sadb_x_nat_t_type{ type=%d }\n", u8(at + 4));
            case X_NAT_T_SOURCE_PORT, X_NAT_T_DESTINATION_PORT ->
                    print("sadb_x_nat_t_port{ port=%d }\n", u8(at + 4) << 8 | u8(at + 5));
            case X_KM_ADDRESS -> {
                print(
                        "sadb_x_kmaddress{ reserved=0x%02x%02x%02x%02x }\n",
                        u8(at + 4), u8(at + 5), u8(at + 6), u8(at + 7));
                socketAddress(at + 8);
                socketAddress(at + 8 + socketAddressOctets(at + 8));
            }
            case SENSITIVITY, SPI_RANGE, X_KM_PRIVATE -> {}
            case X_SECURITY_CONTEXT,
                    X_FILTER,
                    JIPSEC_SA,
                    JIPSEC_REASON,
                    JIPSEC_COUNTERS,
                    JIPSEC_DROPS,
                    JIPSEC_FEATURES,
                    JIPSEC_SEQUENCE -> {
                return false;
            }
        }
        return true;
    }

    private void key(int at, int length) {
        int octets = u16(at + 4) >> 3;
        print("sadb_key{ bits=%d reserved=%d\n  key=", u16(at + 4), u16(at + 6));
        if (octets > length - 8) {
            print("kdebug_sadb_key: key length mismatch, bit:%d len:%d.\n", octets, length - 8);
        }
        // the original goes on for as many octets as the key claims to have
        for (int i = 0; i < Math.min(octets, length - 8); i++) {
            int shown = at + 64 + i;
            hexdumpOctet(i, keys().get(shown) ? 0 : u8(shown));
        }
        print(" }\n");
    }

    /// The offsets of octets that belong to a key, or to something whose layout is broken and that
    /// may be one.
    private BitSet keys() {
        if (keys != null) {
            return keys;
        }
        BitSet found = new BitSet(message.limit());
        int at = PfkeyCodec.HEADER;
        while (at < message.limit()) {
            int length = u16(at) * 8;
            if (length == 0) {
                found.set(at, message.limit());
                break;
            }
            int type = u16(at + 2);
            if (type == ExtensionType.KEY_AUTHENTICATION.number()
                    || type == ExtensionType.KEY_ENCRYPTION.number()) {
                found.set(at + 8, at + length);
            }
            at += length;
        }
        keys = found;
        return found;
    }

    private void identity(int at, int length, ExtensionType type) {
        print("sadb_ident_%s{", type == ExtensionType.IDENTITY_SOURCE ? "src" : "dst");
        print(" type=%d id=%s", u16(at + 4), Long.toUnsignedString(u64(at + 8)));
        if (length > 16) {
            print("\n  str=\"");
            for (int i = at + 16; i < at + length && u8(i) != 0; i++) {
                int octet = u8(i);
                if (octet >= 0x20 && octet < 0x7f) {
                    out.append((char) octet);
                } else {
                    print("\\%03o", octet);
                }
            }
            print("\"");
        }
        print(" }\n");
    }

    private void proposal(int at, int length) {
        print("sadb_prop{ replay=%d\n", u8(at + 4));
        for (int i = at + 8; i + 72 <= at + length; i += 72) {
            print(
                    "sadb_comb{ auth=%d encrypt=%d flags=0x%04x reserved=0x%08x\n",
                    u8(i), u8(i + 1), u16(i + 2), u32(i + 12));
            print(
                    "  auth_minbits=%d auth_maxbits=%d encrypt_minbits=%d encrypt_maxbits=%d\n",
                    u16(i + 4), u16(i + 6), u16(i + 8), u16(i + 10));
            print(
                    "  soft_alloc=%d hard_alloc=%d soft_bytes=%s hard_bytes=%s\n",
                    u32(i + 16), u32(i + 20), unsigned(i + 24), unsigned(i + 32));
            print(
                    "  soft_alloc=%s hard_alloc=%s soft_bytes=%s hard_bytes=%s }\n",
                    unsigned(i + 40), unsigned(i + 48), unsigned(i + 56), unsigned(i + 64));
        }
        print("}\n");
    }

    private void policy(int at, int length) {
        print(
                "sadb_x_policy{ type=%d dir=%d id=%x priority=%d }\n",
                u16(at + 4), u8(at + 6), u32(at + 8), u32(at + 12));
        int end = at + length;
        for (int i = at + 16; u16(at + 4) == 2 && i < end; i += u16(i)) {
            print(
                    " { len=%d proto=%d mode=%d level=%d reqid=%d\n",
                    u16(i), u16(i + 2), u8(i + 4), u8(i + 5), u32(i + 8));
            if (u16(i) > 16) {
                socketAddress(i + 16);
                socketAddress(i + 16 + socketAddressOctets(i + 16));
            }
            print(" }\n");
            if (u16(i) == 0) {
                print("kdebug_sadb_x_policy: wrong policy struct.\n");
                return;
            }
            if (i + u16(i) > end) {
                print("invalid ipsec policy length\n");
                return;
            }
        }
    }

    private void socketAddress(int at) {
        int family = u16(at);
        print("sockaddr{ len=%d family=%d", socketAddressOctets(at), family);
        int port = u8(at + 2) << 8 | u8(at + 3);
        if (family == SocketAddresses.AF_INET) {
            print(" port=%d\n", port);
            hexdump(at + 4, 4);
        } else if (family == SocketAddresses.AF_INET6) {
            print(" port=%d\n", port);
            print("  flowinfo=0x%08x, scope_id=0x%08x\n", u32(at + 4), u32(at + 24));
            hexdump(at + 8, 16);
        }
        print("  }\n");
    }

    private int socketAddressOctets(int at) {
        return u16(at) == SocketAddresses.AF_INET6 ? 28 : 16;
    }

    private void hexdump(int at, int octets) {
        for (int i = 0; i < octets; i++) {
            hexdumpOctet(i, u8(at + i));
        }
    }

    private void hexdumpOctet(int index, int octet) {
        if (index != 0 && index % 32 == 0) {
            out.append('\n');
        }
        if (index % 4 == 0) {
            out.append(' ');
        }
        appendHex(out, octet);
    }

    private static void appendHex(StringBuilder out, int octet) {
        out.append(Character.forDigit(octet >> 4, 16)).append(Character.forDigit(octet & 15, 16));
    }

    private void print(String format, Object... values) {
        out.append(values.length == 0 ? format : String.format(Locale.ROOT, format, values));
    }

    private String unsigned(int at) {
        return Long.toUnsignedString(u64(at));
    }

    /// The original casts 64 bits to 32.
    private long lowHalf(int at) {
        return u64(at) & 0xffff_ffffL;
    }

    private int bigEndian(int at) {
        return u8(at) << 24 | u8(at + 1) << 16 | u8(at + 2) << 8 | u8(at + 3);
    }

    // What is behind the end reads as zero, as it does in the original's cleared buffer.

    private int u8(int at) {
        return at < message.limit() ? message.get(at) & 0xff : 0;
    }

    private int u16(int at) {
        return at + 2 <= message.limit() ? message.getShort(at) & 0xffff : 0;
    }

    private long u32(int at) {
        return at + 4 <= message.limit() ? message.getInt(at) & 0xffff_ffffL : 0;
    }

    private long u64(int at) {
        return at + 8 <= message.limit() ? message.getLong(at) : 0;
    }
}
