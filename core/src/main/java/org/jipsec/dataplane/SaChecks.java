package org.jipsec.dataplane;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.SecurityAssociation;
import org.jspecify.annotations.Nullable;

/// Which SAs are let into the SAD, and in what form. The refusals are those of Linux's `af_key`;
/// the sentences, which say no key, are ours.
final class SaChecks {
    private SaChecks() {}

    /// Null when there is nothing to refuse.
    static @Nullable Refused refusal(SecurityAssociation association) {
        if (association.source().isIpv4() != association.destination().isIpv4()) {
            return invalid("source and destination are of different families");
        }
        if (association.hard().isUnlimited() != association.soft().isUnlimited()) {
            return invalid("a hard lifetime needs a soft one beside it, and a soft one a hard one");
        }
        int window = association.replayWindow();
        if (window < 0 || window > SecurityAssociation.MAXIMUM_REPLAY_WINDOW) {
            return invalid(
                    "the replay window is "
                            + window
                            + " packets, "
                            + SecurityAssociation.MAXIMUM_REPLAY_WINDOW
                            + " are the most");
        }
        if (association.encapsulation().isPresent()
                && association.protocol() != IpsecProtocol.ESP) {
            return invalid("only ESP goes in UDP");
        }
        return switch (association.protocol()) {
            case UNSPEC -> invalid("no protocol");
            case TCP -> invalid("TCP signatures are not for packets");
            case AH -> refusalOfAh(association);
            case ESP -> refusalOfEsp(association);
            case IPCOMP -> refusalOfIpcomp(association);
        };
    }

    private static @Nullable Refused refusalOfAh(SecurityAssociation association) {
        if (association.encryption() != EncryptionAlgorithm.NONE) {
            return invalid("AH does not encrypt");
        }
        if (association.authentication() == AuthAlgorithm.NONE) {
            return invalid("AH needs an authentication algorithm");
        }
        Refused compression = refusalOfCompression(association);
        return compression != null ? compression : refusalOfAuthentication(association);
    }

    private static @Nullable Refused refusalOfEsp(SecurityAssociation association) {
        EncryptionAlgorithm encryption = association.encryption();
        if (encryption == EncryptionAlgorithm.NONE) {
            return invalid("ESP needs an encryption algorithm, be it null");
        }
        Refused compression = refusalOfCompression(association);
        if (compression != null) {
            return compression;
        }
        if (!encryption.acceptsKeyBits(association.encryptionKey().bits())) {
            return invalid(keySize(encryption.word(), association.encryptionKey().bits()));
        }
        if (association.authentication() == AuthAlgorithm.AES_GMAC) {
            return invalid("in ESP aes-gmac is an encryption algorithm");
        }
        if (encryption.isAead() && association.authentication() != AuthAlgorithm.NONE) {
            return invalid(encryption.word() + " has an ICV of its own");
        }
        return refusalOfAuthentication(association);
    }

    private static @Nullable Refused refusalOfIpcomp(SecurityAssociation association) {
        if (association.encryption() != EncryptionAlgorithm.NONE
                || association.authentication() != AuthAlgorithm.NONE) {
            return invalid("IPComp neither encrypts nor authenticates");
        }
        if (association.compression() == CompressionAlgorithm.NONE) {
            return invalid("IPComp needs a compression algorithm");
        }
        if (association.compression() != CompressionAlgorithm.DEFLATE) {
            return new Refused(
                    Errno.ENOSYS, association.compression().word() + " cannot be run here");
        }
        if (association.spi().unsigned() > 0xffff) {
            return invalid("the CPI of IPComp has 16 bits");
        }
        return null;
    }

    private static @Nullable Refused refusalOfCompression(SecurityAssociation association) {
        return association.compression() == CompressionAlgorithm.NONE
                ? null
                : invalid(association.protocol().word() + " does not compress");
    }

    private static @Nullable Refused refusalOfAuthentication(SecurityAssociation association) {
        AuthAlgorithm algorithm = association.authentication();
        if (algorithm == AuthAlgorithm.TCP_MD5) {
            return invalid("tcp-md5 is not for packets");
        }
        return algorithm.acceptsKeyBits(association.authenticationKey().bits())
                ? null
                : invalid(keySize(algorithm.word(), association.authenticationKey().bits()));
    }

    private static String keySize(String algorithm, int bits) {
        return algorithm + " does not take a key of " + bits + " bits";
    }

    private static Refused invalid(String why) {
        return new Refused(Errno.EINVAL, why);
    }
}
