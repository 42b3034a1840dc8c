package org.jipsec.racoonconf;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.diag.Span;
import org.jipsec.ike.settings.AuthenticationMethod;
import org.jipsec.ike.settings.Certificates;
import org.jipsec.ike.settings.Proposal;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `proposal` sections.
final class ProposalReader {
    private final SourceFile file;

    ProposalReader(SourceFile file) {
        this.file = file;
    }

    /// What of a proposal could be read. What was written, even wrongly, is not missed again.
    static final class Draft {
        private final Statement.Section section;
        private final List<String> written = new ArrayList<>();
        private Optional<IkeCipher> cipher = Optional.empty();
        private int keyBits;
        private Optional<IkeHash> hash = Optional.empty();
        private Optional<DhGroup> group = Optional.empty();
        private Optional<AuthenticationMethod> method = Optional.empty();
        private Optional<Duration> lifetime = Optional.empty();
        private Optional<String> gssId = Optional.empty();

        private Draft(Statement.Section section) {
            this.section = section;
        }

        /// Empty when something is missing or wrong.
        ///
        /// @param brace that closes the remote, where racoon notices
        /// @param inherited the remote's lifetime
        Optional<Proposal> proposal(SourceFile file, Span brace, Duration inherited) {
            boolean missed =
                    missed(file, brace, "encryption_algorithm", "encryption algorithm", "aes 256")
                            | missed(file, brace, "hash_algorithm", "hash algorithm", "sha256")
                            | missed(file, brace, "dh_group", "DH group", "14")
                            | missed(
                                    file,
                                    brace,
                                    "authentication_method",
                                    "authentication method",
                                    "pre_shared_key");
            if (missed
                    || cipher.isEmpty()
                    || hash.isEmpty()
                    || group.isEmpty()
                    || method.isEmpty()) {
                return Optional.empty();
            }
            return Optional.of(
                    new Proposal(
                            method.get(),
                            cipher.get(),
                            keyBits,
                            hash.get(),
                            group.get(),
                            lifetime.orElse(inherited),
                            gssId));
        }

        private boolean missed(
                SourceFile file, Span brace, String word, String classic, String example) {
            if (written.contains(word) || section.damaged()) {
                return false;
            }
            file.classic(brace, classic + " required.");
            file.report(
                    Code.INCOMPLETE_PROPOSAL
                            .at(section.name().span(), "this proposal has no " + word)
                            .hint("%s %s;".formatted(word, example)));
            return true;
        }
    }

    /// @param remote whose peers_certfile says whether RSA keys are plain ones
    Draft read(Statement.Section section, RemoteDraft remote) {
        Draft draft = new Draft(section);
        for (Statement item : section.body()) {
            draft.written.add(item.word());
            switch (item.word()) {
                case "encryption_algorithm" -> cipher(item, draft);
                case "hash_algorithm" -> {
                    draft.hash = IkeHash.ofWord(item.word(0));
                    if (draft.hash.isEmpty()) {
                        wrongKind(item, "a hash", "md5, sha1, sha256, sha384, sha512");
                    }
                }
                case "authentication_method" -> method(item, draft, remote);
                case "dh_group" -> draft.group = Values.group(file, item.arguments().getFirst());
                case "lifetime" ->
                        draft.lifetime =
                                Values.lifetime(file, item, "byte lifetime support is deprecated");
                default -> gssId(item, draft);
            }
        }
        return draft;
    }

    private void cipher(Statement item, Draft draft) {
        String word = item.word(0);
        draft.cipher = IkeCipher.ofWord(word);
        draft.cipher.ifPresentOrElse(
                cipher -> {
                    int bits = KeyLengths.of(word).bits(file, item, 0);
                    draft.keyBits = bits == 0 ? cipher.defaultKeyBits() : bits;
                },
                () -> {
                    if (word.equals("idea") || word.equals("rc5")) {
                        file.classic(Values.behind(file, item, 0), "algorithm mismatched 1");
                        file.report(
                                Code.ALGORITHM_NOT_AVAILABLE
                                        .at(
                                                item.arguments().getFirst().span(),
                                                "%s is not built in".formatted(word))
                                        .hint("aes 256"));
                    } else {
                        wrongKind(
                                item,
                                "a cipher of phase 1",
                                "des, 3des, blowfish, cast128, aes, camellia");
                    }
                });
    }

    private void method(Statement item, Draft draft, RemoteDraft remote) {
        draft.method = AuthenticationMethod.ofWord(item.word(0));
        if (draft.method.isEmpty()) {
            wrongKind(item, "an authentication method", "pre_shared_key, rsasig, xauth_psk_server");
            return;
        }
        AuthenticationMethod method = draft.method.get();
        Argument word = item.arguments().getFirst();
        if (!method.worksInRacoon()) {
            file.report(
                    Code.METHOD_NOT_AVAILABLE
                            .at(
                                    word.span(),
                                    "%s can be written, but neither racoon nor jracoon can negotiate it"
                                            .formatted(method.word()))
                            .hint("pre_shared_key or rsasig"));
        }
        boolean plain =
                remote.peerCertificate
                        .filter(Certificates.Peer.PlainRsa.class::isInstance)
                        .isPresent();
        if (method == AuthenticationMethod.RSA_SIGNATURE
                && plain
                && remote.ownCertificate.isEmpty()) {
            file.classic(
                    Values.end(item),
                    "Private PlainRSA key not set. Use directive 'certificate_type plainrsa"
                            + " ...'\n");
            file.report(
                    Code.CERTIFICATE_MISSING
                            .at(word.span(), "there is no plain RSA key of our own before this")
                            .hint("certificate_type plain_rsa \"FILE\"; before the proposal"));
        }
    }

    private void gssId(Statement item, Draft draft) {
        if (draft.method.filter(AuthenticationMethod.GSSAPI_KERBEROS::equals).isEmpty()) {
            file.classic(Values.last(item), "wrong Vendor ID for gssapi_id");
            file.report(
                    Code.GSS_ID
                            .at(item.span(), "a GSS id is only for gssapi_krb")
                            .hint("write authentication_method gssapi_krb; before it"));
        }
        draft.gssId = Optional.of(item.quoted(0).name());
    }

    private void wrongKind(Statement item, String kind, String examples) {
        file.classic(Values.behind(file, item, 0), "algorithm mismatched 1");
        file.report(
                Code.WRONG_KIND
                        .at(
                                item.arguments().getFirst().span(),
                                "`%s` is not %s".formatted(item.word(0), kind))
                        .hint(examples));
    }
}
