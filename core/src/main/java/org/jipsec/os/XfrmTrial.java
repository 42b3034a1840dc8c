package org.jipsec.os;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// Asks the kernel's XFRM whether it could make an SA, and leaves nothing behind: an update of an
/// SA that does not exist is first built with all its algorithms and then refused, with ESRCH, for
/// lack of the old one.
///
/// Where what is asked for is in a module, asking loads it.
public final class XfrmTrial implements AutoCloseable {
    private static final int NETLINK_XFRM = 6;
    private static final int XFRM_MSG_UPDSA = 0x1a;
    private static final int SA_LENGTH = 224;
    private static final int NAME_LENGTH = 64;
    private static final int IPCOMP = 108;

    // where what is not zero stands in struct xfrm_usersa_info
    private static final int FAMILY_OF_SELECTOR = 40;
    private static final int DESTINATION = 56;
    private static final int SPI = 72;
    private static final int PROTOCOL = 76;
    private static final int SOURCE = 80;
    private static final int LIMITS = 96;
    private static final int FAMILY = 212;

    /// Out of those for documentation, so that nobody has an SA between these.
    private static final byte[] IPV4_SOURCE = {(byte) 192, 0, 2, 1};

    private static final byte[] IPV4_DESTINATION = {(byte) 192, 0, 2, 2};
    private static final byte[] IPV6_SOURCE = {
        0x20, 0x01, 0x0d, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1
    };
    private static final byte[] IPV6_DESTINATION = {
        0x20, 0x01, 0x0d, (byte) 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2
    };
    private static final int TRIAL_SPI = 0x6a69_7073;

    /// What an SA is built with, by the names of the kernel's table.
    public sealed interface Part {
        int attribute();

        byte[] value();

        /// @param name as `cbc(aes)`
        record Encryption(String name, int keyBits) implements Part {
            @Override
            public int attribute() {
                return 2; // XFRMA_ALG_CRYPT
            }

            @Override
            public byte[] value() {
                return algorithm(name, keyBits).array();
            }
        }

        /// @param name as `hmac(sha256)`
        /// @param icvBits 0 for those of the kernel's table
        record Authentication(String name, int keyBits, int icvBits) implements Part {
            @Override
            public int attribute() {
                return 20; // XFRMA_ALG_AUTH_TRUNC
            }

            @Override
            public byte[] value() {
                return algorithm(name, keyBits, icvBits).array();
            }
        }

        /// @param name as `rfc4106(gcm(aes))`
        /// @param keyBits salt included
        record Aead(String name, int keyBits, int icvBits) implements Part {
            @Override
            public int attribute() {
                return 18; // XFRMA_ALG_AEAD
            }

            @Override
            public byte[] value() {
                return algorithm(name, keyBits, icvBits).array();
            }
        }

        /// @param name as `deflate`
        record Compression(String name) implements Part {
            @Override
            public int attribute() {
                return 3; // XFRMA_ALG_COMP
            }

            @Override
            public byte[] value() {
                return algorithm(name, 0).array();
            }
        }

        /// struct xfrm_algo, xfrm_algo_auth and xfrm_algo_aead: a name, numbers of 32 bits of which
        /// the first is the key's length in bits, the key. It counts up, since some ciphers refuse
        /// one of zeros.
        private static ByteBuffer algorithm(String name, int... numbers) {
            int keyOctets = numbers[0] / 8;
            ByteBuffer out =
                    ByteBuffer.allocate(NAME_LENGTH + 4 * numbers.length + keyOctets)
                            .order(ByteOrder.LITTLE_ENDIAN);
            out.put(name.getBytes(StandardCharsets.US_ASCII)).position(NAME_LENGTH);
            for (int number : numbers) {
                out.putInt(number);
            }
            for (int i = 0; i < keyOctets; i++) {
                out.put((byte) (i + 1));
            }
            return out;
        }
    }

    private final NetlinkSocket socket;

    private XfrmTrial(NetlinkSocket socket) {
        this.socket = socket;
    }

    /// In the calling thread's network namespace.
    ///
    /// @throws OsException EPROTONOSUPPORT where the kernel has no XFRM
    public static XfrmTrial open() throws OsException {
        return new XfrmTrial(NetlinkSocket.open(NETLINK_XFRM, 0, 0));
    }

    /// Whether an SA in transport mode with these parts could be made.
    ///
    /// @param protocol of IP: 50, 51 or 108
    /// @return empty when it could; else what the kernel said: EPROTONOSUPPORT for lack of the
    ///     protocol, ENOSYS or ENOENT for lack of an algorithm, EPERM for lack of rights
    public Optional<OsException> refusal(IpFamily family, int protocol, Part... parts) {
        NetlinkRequest request = new NetlinkRequest(XFRM_MSG_UPDSA, Netlink.NLM_F_ACK);
        for (byte octet : sa(family, protocol)) {
            request.u8(octet);
        }
        for (Part part : parts) {
            request.attribute(part.attribute(), part.value());
        }
        try {
            socket.request(request, "XFRM_MSG_UPDSA", "of no SA");
            return Optional.empty();
        } catch (OsException refused) {
            return refused.is(ErrorNumber.ESRCH) ? Optional.empty() : Optional.of(refused);
        }
    }

    private static byte[] sa(IpFamily family, int protocol) {
        ByteBuffer out = ByteBuffer.allocate(SA_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        boolean ipv4 = family == IpFamily.IPV4;
        short number = (short) family.number();
        out.putShort(FAMILY_OF_SELECTOR, number);
        out.put(DESTINATION, ipv4 ? IPV4_DESTINATION : IPV6_DESTINATION);
        // a CPI has 16 bits
        int spi = protocol == IPCOMP ? TRIAL_SPI & 0xffff : TRIAL_SPI;
        out.order(ByteOrder.BIG_ENDIAN).putInt(SPI, spi).order(ByteOrder.LITTLE_ENDIAN);
        out.put(PROTOCOL, (byte) protocol);
        out.put(SOURCE, ipv4 ? IPV4_SOURCE : IPV6_SOURCE);
        for (int i = 0; i < 4; i++) {
            out.putLong(LIMITS + 8 * i, -1);
        }
        out.putShort(FAMILY, number);
        return out.array();
    }

    @Override
    public void close() {
        socket.close();
    }
}
