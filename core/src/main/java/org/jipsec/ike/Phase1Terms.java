package org.jipsec.ike;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.AuthenticationMethod;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.isakmp.Attribute;
import org.jipsec.isakmp.Phase1Attribute;
import org.jipsec.isakmp.Phase1Offer;
import org.jipsec.isakmp.Transform;
import org.jipsec.isakmp.TransformReader;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What one transform of phase 1 says (RFC 2409 appendix A), by its numbers: a peer may offer what
/// we do not know.
///
/// @param keyBits as said; 0 where it is not
/// @param lifetime as said, or the 8 hours that are meant where nothing is said
record Phase1Terms(
        int authentication, int cipher, int keyBits, int hash, int group, Duration lifetime) {
    private static final int SECONDS = 1;
    private static final Duration UNSAID = Duration.ofHours(8);

    /// What racoon.conf has, as it goes on the wire.
    ///
    /// @param number of the transform
    static Transform transform(int number, Proposal proposal) {
        List<Attribute> attributes = new ArrayList<>();
        attributes.add(Attribute.of(Phase1Attribute.LIFE_TYPE, SECONDS));
        attributes.add(
                Attribute.ofNumber(Phase1Attribute.LIFE_DURATION, proposal.lifetime().toSeconds()));
        attributes.add(
                Attribute.of(Phase1Attribute.ENCRYPTION_ALGORITHM, proposal.cipher().number()));
        if (proposal.cipher().hasVariableKey()) {
            attributes.add(Attribute.of(Phase1Attribute.KEY_LENGTH, proposal.keyBits()));
        }
        attributes.add(
                Attribute.of(
                        Phase1Attribute.AUTHENTICATION_METHOD, proposal.authentication().number()));
        attributes.add(Attribute.of(Phase1Attribute.HASH_ALGORITHM, proposal.hash().number()));
        attributes.add(Attribute.of(Phase1Attribute.GROUP_DESCRIPTION, proposal.group().number()));
        return new Transform(number, Transform.KEY_IKE, attributes);
    }

    /// Empty where it cannot be read: it counts as not offered.
    static Optional<Phase1Terms> of(Transform transform) {
        return TransformReader.phase1(transform).asOptional().map(Phase1Terms::of);
    }

    /// A limit in kilobytes is read and not kept, as in racoon.
    private static Phase1Terms of(Phase1Offer offer) {
        return new Phase1Terms(
                offer.method(),
                offer.cipher(),
                offer.keyBits().orElse(0),
                offer.hash(),
                offer.group(),
                offer.lifetime().orElse(UNSAID));
    }

    /// Whether these terms of a peer are what one of our proposals has.
    boolean fits(Proposal own, ProposalCheck check) {
        return differences(own, check).isEmpty();
    }

    /// In what these terms of a peer differ from one of our proposals, in words for who looks for
    /// the reason; empty: they fit.
    List<String> differences(Proposal own, ProposalCheck check) {
        List<String> differences = new ArrayList<>();
        if (authentication != own.authentication().number()) {
            differences.add("authentication method");
        }
        if (cipher != own.cipher().number()) {
            differences.add("encryption algorithm");
        } else if (!fitsKey(own, check)) {
            differences.add("key length");
        }
        if (hash != own.hash().number()) {
            differences.add("hash algorithm");
        }
        if (group != own.group().number()) {
            differences.add("DH group");
        }
        if (!fitsLifetime(own, check)) {
            differences.add("lifetime");
        }
        return differences;
    }

    private boolean fitsKey(Proposal own, ProposalCheck check) {
        int bits = keyBits(own.cipher());
        return own.cipher().allowsKeyBits(bits)
                && switch (check) {
                    case OBEY -> true;
                    case STRICT, CLAIM -> bits >= own.keyBits();
                    case EXACT -> bits == own.keyBits();
                };
    }

    private boolean fitsLifetime(Proposal own, ProposalCheck check) {
        return switch (check) {
            case OBEY -> true;
            case STRICT, CLAIM -> lifetime.compareTo(own.lifetime()) <= 0;
            case EXACT -> lifetime.equals(own.lifetime());
        };
    }

    /// @param of the cipher that these terms name
    int keyBits(IkeCipher of) {
        return keyBits == 0 ? of.defaultKeyBits() : keyBits;
    }

    /// `aes 128, sha1, modp1024, pre_shared_key`: names where there are, else numbers.
    String toText() {
        String cipherText =
                IkeCipher.ofNumber(cipher).map(IkeCipher::word).orElse("cipher " + cipher);
        String method =
                authentication == AuthenticationMethod.PRE_SHARED_KEY.number()
                        ? AuthenticationMethod.PRE_SHARED_KEY.word()
                        : "authentication method " + authentication;
        return "%s%s, %s, %s, %s"
                .formatted(
                        cipherText,
                        keyBits == 0 ? "" : " " + keyBits,
                        IkeHash.ofNumber(hash).map(IkeHash::word).orElse("hash " + hash),
                        DhGroup.ofNumber(group).map(DhGroup::word).orElse("group " + group),
                        method);
    }
}
