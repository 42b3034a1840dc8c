package org.jipsec.pfkey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.pfkey.PfkeyExtension.Address;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Context;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.Lifetimes;
import org.jipsec.pfkey.PfkeyExtension.NatType;
import org.jipsec.pfkey.PfkeyExtension.PolicyData;
import org.jipsec.pfkey.PfkeyExtension.PolicyRequest;
import org.jipsec.pfkey.PfkeyExtension.Sa2;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;

/// What a service makes of requests that lack something, mean nothing or ask too much.
class PfkeyRequestsTests {
    private static final Endpoint A = endpoint("192.0.2.1", 0);
    private static final Endpoint B = endpoint("198.51.100.2", 0);

    @ParameterizedTest
    @EnumSource(
            value = MessageType.class,
            names = {
                "EXPIRE",
                "X_PROMISC",
                "X_PCHANGE",
                "X_SPDACQUIRE",
                "X_SPDEXPIRE",
                "X_NAT_T_NEW_MAPPING",
                "X_MIGRATE"
            })
    void refusesWhatCannotBeAsked(MessageType type) {
        assertRefused(PfkeyMessage.of(type, 3, 0, 1), Errno.EOPNOTSUPP, "cannot be asked");
    }

    @Test
    void refusesRequestsThatLackSomethingOrMeanNothing() {
        Association sa = new Association(new Spi(1), 0, 0, 3, 12, 0);
        Address source = new Address(ExtensionType.ADDRESS_SOURCE, 255, 32, A);
        Address destination = new Address(ExtensionType.ADDRESS_DESTINATION, 255, 32, B);
        Address six =
                new Address(
                        ExtensionType.ADDRESS_DESTINATION, 255, 128, endpoint("2001:db8::1", 0));
        Address tooLong = new Address(ExtensionType.ADDRESS_SOURCE, 255, 33, A);
        PolicyData none = new PolicyData(1, 2, 0, 0, List.of());

        assertInvalid(0, 3, "message type 0");
        assertInvalid(99, 3, "message type 99");
        assertInvalid(MessageType.ADD.number(), 4, "SA type 4", sa, source, destination);
        assertInvalidSa("the SA is missing", source, destination);
        assertInvalidSa("source or destination", sa, source);
        assertInvalidSa("different families", sa, source, six);
        assertInvalidSa("extension 5 twice", sa, source, source, destination);
        Key odd = new Key(ExtensionType.KEY_ENCRYPTION, 9, Secret.of(new byte[2]));
        assertInvalidSa("a key of 9 bits", sa, source, destination, odd);
        assertInvalidSa("mode 3", sa, source, destination, new Sa2(3, 0, 0));
        assertInvalidSa("UDP encapsulation of type 1", sa, source, destination, new NatType(1));
        Context large = new Context(1, 1, Bytes.of(new byte[4097]));
        assertInvalidSa("security context of 4097", sa, source, destination, large);
        assertInvalidPolicy("policy is missing", source, destination);
        assertInvalidPolicy("prefix length 33", none, tooLong, destination);
        assertInvalidPolicy(
                "policy type 5", new PolicyData(5, 2, 0, 0, List.of()), source, destination);
        assertInvalidPolicy(
                "direction 4", new PolicyData(1, 4, 0, 0, List.of()), source, destination);
        assertInvalidPolicy("protocol 99 in a rule", ruled(99, 2), source, destination);
        assertInvalidPolicy("level 4", ruled(50, 4), source, destination);
    }

    /// A policy with one rule.
    private static PolicyData ruled(int protocol, int level) {
        return new PolicyData(
                2, 2, 0, 0, List.of(new PolicyRequest(protocol, 1, level, 0, Optional.empty())));
    }

    @Test
    void refusesAlgorithmsWithoutAName() {
        Address source = new Address(ExtensionType.ADDRESS_SOURCE, 255, 32, A);
        Address destination = new Address(ExtensionType.ADDRESS_DESTINATION, 255, 32, B);
        for (Association unknown :
                List.of(
                        new Association(new Spi(1), 0, 0, 200, 12, 0),
                        new Association(new Spi(1), 0, 0, 3, 200, 0))) {
            assertRefused(
                    PfkeyMessage.of(
                            MessageType.ADD, 3, 0, 1, List.of(unknown, source, destination)),
                    Errno.ENOSYS,
                    "algorithm 200 is unknown");
        }
        assertRefused(
                PfkeyMessage.of(
                        MessageType.ADD,
                        9,
                        0,
                        1,
                        List.of(new Association(new Spi(1), 0, 0, 0, 7, 0), source, destination)),
                Errno.ENOSYS,
                "compression algorithm 7 is unknown");
    }

    @Test
    void passesOverAKeyWithoutAnAlgorithm() throws RefusalException {
        PfkeyMessage add =
                PfkeyMessage.of(
                        MessageType.ADD,
                        3,
                        0,
                        1,
                        List.of(
                                new Association(new Spi(1), 0, 0, 0, 0, 0),
                                new Address(ExtensionType.ADDRESS_SOURCE, 255, 32, A),
                                new Address(ExtensionType.ADDRESS_DESTINATION, 255, 32, B),
                                new Key(ExtensionType.KEY_AUTHENTICATION, 8, Secret.of((byte) 1)),
                                new Key(ExtensionType.KEY_ENCRYPTION, 8, Secret.of((byte) 1))));
        assertThat(PfkeyRequests.operation(add))
                .isInstanceOfSatisfying(
                        SadbOperation.AddSa.class,
                        read -> {
                            assertThat(read.association().encryptionKey()).isEqualTo(Secret.EMPTY);
                            assertThat(read.association().authenticationKey())
                                    .isEqualTo(Secret.EMPTY);
                        });
    }

    @Test
    void boundsTimesThatNobodyLivesToSee() throws RefusalException {
        PfkeyMessage add =
                PfkeyMessage.of(
                        MessageType.ADD,
                        3,
                        0,
                        1,
                        List.of(
                                new Association(new Spi(1), 0, 0, 3, 12, 0),
                                new Address(ExtensionType.ADDRESS_SOURCE, 255, 32, A),
                                new Address(ExtensionType.ADDRESS_DESTINATION, 255, 32, B),
                                new Lifetimes(
                                        ExtensionType.LIFETIME_HARD, 0, 0, -1, Long.MAX_VALUE)));
        assertThat(PfkeyRequests.operation(add))
                .isInstanceOfSatisfying(
                        SadbOperation.AddSa.class,
                        read -> {
                            Lifetime hard = read.association().hard();
                            assertThat(hard.sinceAdded().toMillis()).isPositive();
                            assertThat(hard.sinceUsed()).isEqualTo(hard.sinceAdded());
                        });
    }

    private static void assertInvalidSa(String why, PfkeyExtension... extensions) {
        assertInvalid(MessageType.ADD.number(), 3, why, extensions);
    }

    private static void assertInvalidPolicy(String why, PfkeyExtension... extensions) {
        assertInvalid(MessageType.X_SPDADD.number(), 0, why, extensions);
    }

    private static void assertInvalid(
            int type, int saType, String why, PfkeyExtension... extensions) {
        assertRefused(
                new PfkeyMessage(2, type, 0, saType, 0, 0, 1, List.of(extensions)),
                Errno.EINVAL,
                why);
    }

    private static void assertRefused(PfkeyMessage message, Errno errno, String why) {
        assertThatThrownBy(() -> PfkeyRequests.operation(message))
                .isInstanceOfSatisfying(
                        RefusalException.class,
                        refusal -> assertThat(refusal.errno()).isEqualTo(errno))
                .hasMessageContaining(why);
    }

    private static Endpoint endpoint(String address, int port) {
        try {
            return new Endpoint(InetAddress.getByName(address), port);
        } catch (UnknownHostException notNumeric) {
            throw new IllegalArgumentException(address, notNumeric);
        }
    }
}
