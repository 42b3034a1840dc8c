package org.jipsec.isakmp;

import org.jipsec.wire.Bytes;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.random.RandomGenerator;

/// Well-formed messages of all kinds; the same for the same seed.
final class RandomMessages {
    private final RandomGenerator random;
    private final boolean plain;

    /// @param plain whether to leave out what holds formats of others, such as certificates
    RandomMessages(RandomGenerator random, boolean plain) {
        this.random = random;
        this.plain = plain;
    }

    Message message() {
        Header header =
                new Header(
                        new Cookie(random.nextLong()),
                        new Cookie(random.nextLong()),
                        Header.IKE_V1,
                        pick(ExchangeType.values()).number(),
                        random.nextInt(4) == 0 ? Header.COMMIT : 0,
                        random.nextInt());
        if (random.nextInt(20) == 0) {
            return Message.of(header, fragment());
        }
        List<Payload> payloads = new ArrayList<>();
        for (int i = random.nextInt(1, 8); i > 0; i--) {
            payloads.add(payload());
        }
        return Message.of(header, payloads);
    }

    EncryptedMessage encrypted() {
        Header header = message().header();
        return new EncryptedMessage(
                header.withFlags(header.flags() | Header.ENCRYPTED),
                random.nextInt(1, 14),
                octets(8 * random.nextInt(0, 40)));
    }

    Payload.Fragment fragment() {
        return new Payload.Fragment(
                random.nextInt(0x10000),
                random.nextInt(1, 256),
                random.nextInt(2),
                octets(random.nextInt(1, 600)));
    }

    private Payload payload() {
        return switch (random.nextInt(plain ? 12 : 15)) {
            case 0 -> Payload.Sa.of(proposals());
            case 1 -> new Payload.KeyExchange(octets(random.nextInt(1, 300)));
            case 2 -> identification();
            case 3 -> new Payload.Hash(octets(random.nextInt(1, 65)));
            case 4 -> new Payload.Signature(octets(random.nextInt(1, 300)));
            case 5 -> new Payload.Nonce(octets(random.nextInt(8, 257)));
            case 6 -> notification();
            case 7 -> delete();
            case 8 -> new Payload.Vendor(octets(random.nextInt(1, 40)));
            case 9 -> attributes();
            case 10 -> new Payload.NatDetection(NattVersion.RFC, octets(20));
            case 11 -> new Payload.NatOriginalAddress(NattVersion.RFC, octets(4));
            case 12 -> new Payload.Certificate(random.nextInt(256), octets(random.nextInt(1, 900)));
            case 13 ->
                    new Payload.CertificateRequest(random.nextInt(256), octets(random.nextInt(99)));
            default -> rare();
        };
    }

    private Payload rare() {
        return switch (random.nextInt(4)) {
            case 0 -> new Payload.Gss(octets(random.nextInt(1, 100)));
            case 1 -> new Payload.Unknown(random.nextInt(200, 256), octets(random.nextInt(1, 9)));
            case 2 -> new Payload.NatDetection(pick(NattVersion.values()), octets(16));
            default -> new Payload.NatOriginalAddress(pick(NattVersion.values()), octets(16));
        };
    }

    private Payload identification() {
        IdentificationType kind = pick(IdentificationType.values());
        if (plain && kind == IdentificationType.DER_ASN1_DN) {
            kind = IdentificationType.KEY_ID;
        }
        Bytes value =
                switch (kind) {
                    case IPV4_ADDRESS -> octets(4);
                    case IPV4_RANGE -> octets(8);
                    case IPV6_ADDRESS -> octets(16);
                    case IPV6_RANGE -> octets(32);
                    case IPV4_SUBNET -> subnet(4);
                    case IPV6_SUBNET -> subnet(16);
                    case FQDN, USER_FQDN, DER_ASN1_DN, DER_ASN1_GN, KEY_ID ->
                            octets(random.nextInt(1, 60));
                };
        return new Payload.Identification(
                kind.number(), random.nextInt(256), random.nextInt(0x10000), value);
    }

    private Bytes subnet(int length) {
        byte[] value = new byte[2 * length];
        random.nextBytes(value);
        int ones = random.nextInt(8 * length + 1);
        for (int bit = 0; bit < 8 * length; bit++) {
            int at = length + bit / 8;
            int mask = 0x80 >> bit % 8;
            value[at] = (byte) (bit < ones ? value[at] | mask : value[at] & ~mask);
        }
        return Bytes.of(value);
    }

    private Payload notification() {
        NotifyType type =
                pick(
                        plain
                                ? new NotifyType[] {
                                    NotifyType.NO_PROPOSAL_CHOSEN,
                                    NotifyType.INVALID_COOKIE,
                                    NotifyType.INITIAL_CONTACT,
                                    NotifyType.R_U_THERE,
                                    NotifyType.R_U_THERE_ACK
                                }
                                : NotifyType.values());
        return Payload.Notify.of(
                pick(Protocol.values()), octets(random.nextInt(0, 17)), type, octets(4));
    }

    private Payload delete() {
        int size = pick(new Integer[] {2, 4, 16});
        List<Bytes> spis = new ArrayList<>();
        for (int i = random.nextInt(1, 5); i > 0; i--) {
            spis.add(octets(size));
        }
        return new Payload.Delete(1, pick(Protocol.values()).number(), size, spis);
    }

    private Payload attributes() {
        List<Attribute> attributes = new ArrayList<>();
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            attributes.add(
                    switch (random.nextInt(3)) {
                        case 0 -> Attribute.of(ConfigAttribute.XAUTH_TYPE, random.nextInt(9));
                        case 1 -> Attribute.of(ConfigAttribute.INTERNAL_IP4_ADDRESS, octets(4));
                        default ->
                                Attribute.of(
                                        ConfigAttribute.XAUTH_USER_NAME,
                                        Bytes.ofHex("616c696365".repeat(random.nextInt(1, 4))));
                    });
        }
        return new Payload.Attributes(
                pick(ConfigKind.values()).number(), random.nextInt(0x10000), attributes);
    }

    /// Of one phase, their numbers ascending, some of them the same.
    private List<Proposal> proposals() {
        boolean phase1 = random.nextBoolean();
        List<Proposal> proposals = new ArrayList<>();
        int number = 0;
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            number += random.nextInt(proposals.isEmpty() ? 1 : 0, 3);
            int protocol = phase1 ? 1 : random.nextInt(2, 5);
            List<Transform> transforms = new ArrayList<>();
            for (int each = random.nextInt(1, 5); each > 0; each--) {
                transforms.add(phase1 ? phase1Transform() : phase2Transform());
            }
            proposals.add(
                    new Proposal(number, protocol, phase1 ? octets(0) : octets(4), transforms));
        }
        return proposals;
    }

    private Transform phase1Transform() {
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(Attribute.of(Phase1Attribute.ENCRYPTION_ALGORITHM, random.nextInt(1, 9)));
        attributes.add(Attribute.of(Phase1Attribute.HASH_ALGORITHM, random.nextInt(1, 7)));
        attributes.add(Attribute.of(Phase1Attribute.AUTHENTICATION_METHOD, random.nextInt(1, 6)));
        attributes.add(Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, random.nextInt(1, 22)));
        Collections.shuffle(attributes, new Random(random.nextLong()));
        attributes.add(Attribute.of(Phase1Attribute.LIFE_TYPE, 1));
        attributes.add(
                Attribute.ofNumber(Phase1Attribute.LIFE_DURATION, random.nextLong(1L << 32)));
        return new Transform(random.nextInt(256), Transform.KEY_IKE, attributes);
    }

    private Transform phase2Transform() {
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(Attribute.of(Phase2Attribute.ENCAPSULATION_MODE, random.nextInt(1, 5)));
        attributes.add(
                Attribute.of(Phase2Attribute.AUTHENTICATION_ALGORITHM, random.nextInt(1, 8)));
        if (random.nextBoolean()) {
            attributes.add(Attribute.of(Phase2Attribute.KEY_LENGTH, 8 * random.nextInt(1, 33)));
        }
        attributes.add(Attribute.of(Phase2Attribute.LIFE_TYPE, random.nextInt(1, 3)));
        attributes.add(
                Attribute.ofNumber(Phase2Attribute.LIFE_DURATION, random.nextLong(1L << 32)));
        return new Transform(random.nextInt(256), random.nextInt(1, 13), attributes);
    }

    private Bytes octets(int length) {
        byte[] octets = new byte[length];
        random.nextBytes(octets);
        return Bytes.of(octets);
    }

    private <T> T pick(T[] choices) {
        return choices[random.nextInt(choices.length)];
    }
}
