package org.jipsec.setkey;

import org.jipsec.diag.Diagnostic;
import org.jipsec.diag.Diagnostics;
import org.jipsec.diag.Located;
import org.jipsec.diag.Span;
import org.jipsec.diag.Suggestions;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.Capabilities;
import org.jipsec.sadb.Capabilities.KeyBits;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Retirement;
import org.jipsec.setkey.SaText.Algorithm;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/// Holds the algorithms of an SA against its protocol, the registry and the backend. Remembers
/// which retired ones it has named: each is named once a text.
final class AlgorithmChecker {
    /// In manuals of the original, but not in its scanner.
    private static final Set<String> NEVER_READ = Set.of("3des-deriv", "rc5-cbc", "idea-cbc");

    private final Capabilities capabilities;
    private final Diagnostics problems;
    private final LackingBackend lacking;
    private final KeyChecker keys;
    private final Set<EncryptionAlgorithm> retiredCiphers =
            EnumSet.noneOf(EncryptionAlgorithm.class);
    private final Set<AuthAlgorithm> retiredMacs = EnumSet.noneOf(AuthAlgorithm.class);

    AlgorithmChecker(Capabilities capabilities, Diagnostics problems) {
        this.capabilities = capabilities;
        this.problems = problems;
        this.lacking = new LackingBackend(capabilities);
        this.keys = new KeyChecker(problems);
    }

    /// @param update whether an SA that has its keys is given them again
    void check(SaText text, boolean update) {
        Optional<ProtocolText.Word> word = text.protocol().map(ProtocolText::word);
        word.ifPresent(protocol -> kinds(text, protocol));
        text.encryption().ifPresent(algorithm -> encryption(algorithm, text, word, update));
        text.authentication().ifPresent(algorithm -> authentication(algorithm, word, update));
        text.compression().ifPresent(this::compression);
    }

    /// Which of `-E`, `-A`, `-C` a protocol has.
    private void kinds(SaText text, ProtocolText.Word word) {
        IpsecProtocol protocol = word.protocol();
        if (protocol != IpsecProtocol.ESP) {
            text.encryption()
                    .ifPresent(
                            algorithm ->
                                    problems.report(
                                            against(
                                                    flag(algorithm.span()),
                                                    word.text() + " does not encrypt",
                                                    hint(protocol))));
        }
        if (protocol == IpsecProtocol.IPCOMP) {
            text.authentication()
                    .ifPresent(
                            algorithm ->
                                    problems.report(
                                            against(
                                                    flag(algorithm.span()),
                                                    "ipcomp does not authenticate",
                                                    hint(protocol))));
        } else {
            text.compression()
                    .ifPresent(
                            algorithm ->
                                    problems.report(
                                            against(
                                                    flag(algorithm.span()),
                                                    word.text() + " does not compress",
                                                    hint(protocol))));
        }
        if (protocol == IpsecProtocol.ESP
                && text.encryption().isEmpty()
                && text.authentication().isPresent()) {
            problems.report(
                    against(
                            flag(text.authentication().get().span()),
                            "esp needs -E before -A",
                            "for integrity alone write -E null -A ..."));
        }
    }

    private static Diagnostic.Builder against(Span span, String message, String hint) {
        return Code.ALGORITHM_AGAINST_PROTOCOL.at(span, message).hint(hint);
    }

    private static String hint(IpsecProtocol protocol) {
        return switch (protocol) {
            case AH -> "ah takes -A with an algorithm and its key";
            case IPCOMP -> "ipcomp takes -C deflate";
            case TCP -> "tcp takes -A tcp-md5 with its key";
            case ESP, UNSPEC -> "esp takes -E, and -A behind it";
        };
    }

    /// The two octets at the start of `-E name key`.
    private static Span flag(Span algorithm) {
        return new Span(algorithm.start(), algorithm.start() + 2);
    }

    private void encryption(
            Algorithm algorithm, SaText text, Optional<ProtocolText.Word> word, boolean update) {
        Located<String> name = algorithm.name();
        Optional<EncryptionAlgorithm> known = AlgorithmChoice.encryption(name);
        if (known.isEmpty()) {
            unknownCipher(name);
            return;
        }
        EncryptionAlgorithm cipher = known.get();
        if (name.value().equals("simple")) {
            problems.report(
                    Code.OBSOLETE_NAME
                            .at(name.span(), "`simple` is an old name")
                            .hint("write null"));
        }
        variant(name, word);
        if (!capabilities.encryption().containsKey(cipher)) {
            problems.report(lacking.encryption(name, cipher));
        } else if (keyFits(
                algorithm,
                cipher.takesKey(),
                bits ->
                        cipher.acceptsKeyBits(bits)
                                && within(capabilities.encryption().get(cipher), bits),
                () -> lengths(cipher::acceptsKeyBits, cipher.maximumKeyBits()),
                bits -> ciphersTaking(bits))) {
            algorithm.key().ifPresent(key -> keys.check(key, cipher, update));
        }
        if (cipher.isAead() && text.authentication().isPresent()) {
            problems.report(
                    Code.AEAD_WITH_AUTHENTICATION
                            .at(
                                    text.authentication().get().span(),
                                    "%s authenticates by itself".formatted(name.value()))
                            .also(name.span(), "has an ICV of its own")
                            .hint("leave out -A"));
        }
        if (cipher.retirement().isPresent() && retiredCiphers.add(cipher)) {
            retired(name, cipher.retirement().get(), "aes-gcm-16, chacha20-poly1305 or aes-cbc");
        }
    }

    private void variant(Located<String> name, Optional<ProtocolText.Word> word) {
        boolean old = word.isPresent() && word.get() == ProtocolText.Word.ESP_OLD;
        if (name.value().equals("des-32iv") && word.isPresent() && !old) {
            problems.report(
                    Code.DES_VARIANT_AGAINST_PROTOCOL
                            .at(name.span(), "des-32iv is for esp-old only")
                            .hint("write des-cbc, or esp-old as the protocol"));
        } else if (name.value().equals("des-deriv") && old) {
            problems.report(
                    Code.DES_VARIANT_AGAINST_PROTOCOL
                            .at(name.span(), "des-deriv is not for esp-old")
                            .hint("write des-cbc or des-32iv"));
        }
    }

    private void authentication(
            Algorithm algorithm, Optional<ProtocolText.Word> word, boolean update) {
        Located<String> name = algorithm.name();
        Optional<AuthAlgorithm> known = AuthAlgorithm.named(name.value());
        if (known.isEmpty()) {
            unknownMac(name);
            return;
        }
        AuthAlgorithm mac = known.get();
        boolean forTcp = word.isPresent() && word.get() == ProtocolText.Word.TCP;
        if (word.isPresent() && forTcp != (mac == AuthAlgorithm.TCP_MD5)) {
            problems.report(
                    against(
                            name.span(),
                            forTcp
                                    ? "tcp has one algorithm only"
                                    : "tcp-md5 signs TCP segments, not packets of "
                                            + word.get().text(),
                            forTcp ? "write tcp-md5" : "write tcp as the protocol"));
        }
        if (mac == AuthAlgorithm.AES_GMAC
                && word.isPresent()
                && word.get().protocol() == IpsecProtocol.ESP) {
            problems.report(
                    against(
                            name.span(),
                            "in esp aes-gmac counts as encryption (RFC 4543)",
                            "write -E aes-gmac instead of -E and -A"));
        } else if (!capabilities.authentication().containsKey(mac)) {
            problems.report(lacking.authentication(name, mac));
        } else if (keyFits(
                algorithm,
                mac.takesKey(),
                bits ->
                        mac.acceptsKeyBits(bits)
                                && within(capabilities.authentication().get(mac), bits),
                () -> lengths(mac::acceptsKeyBits, mac.maximumKeyBits()),
                bits -> macsTaking(bits))) {
            algorithm.key().ifPresent(key -> keys.check(key, mac, update));
        }
        if (mac.retirement().isPresent() && retiredMacs.add(mac)) {
            retired(
                    name,
                    mac.retirement().get(),
                    mac == AuthAlgorithm.TCP_MD5 ? "TCP-AO, or esp" : "hmac-sha256");
        }
    }

    private void compression(SaText.Compression compression) {
        CompressionAlgorithm algorithm = compression.algorithm().value();
        if (!capabilities.compression().contains(algorithm)) {
            problems.report(
                    lacking.algorithm(
                            new Located<>(compression.algorithm().span(), algorithm.word()),
                            capabilities.compression().stream()
                                    .map(CompressionAlgorithm::word)
                                    .sorted()
                                    .toList()));
        }
    }

    private interface Lengths {
        boolean accepts(int bits);
    }

    private interface Takers {
        List<String> of(int bits);
    }

    private boolean keyFits(
            Algorithm algorithm,
            boolean takesKey,
            Lengths lengths,
            Supplier<String> wanted,
            Takers takers) {
        Located<String> name = algorithm.name();
        if (algorithm.key().isEmpty()) {
            if (takesKey) {
                problems.report(
                        Code.KEY_MISSING
                                .at(
                                        Span.at(name.span().end()),
                                        "%s needs a key".formatted(name.value()))
                                .hint("write a key of %s bits behind it".formatted(wanted.get())));
            }
            return false;
        }
        SaText.Key key = algorithm.key().get();
        if (!takesKey) {
            problems.report(
                    Code.KEY_NOT_WANTED
                            .at(key.span(), "%s takes no key".formatted(name.value()))
                            .hint("leave it out"));
            return false;
        }
        int bits = key.octets().bits();
        if (lengths.accepts(bits)) {
            return true;
        }
        String needed = wanted.get();
        List<String> others = takers.of(bits);
        Diagnostic.Builder problem =
                Code.KEY_LENGTH
                        .at(
                                key.span(),
                                "key for %s must be %s bits, this one is %d"
                                        .formatted(name.value(), needed, bits))
                        .label(bits + " bits")
                        .hint(
                                key.form() == SaText.Key.Form.QUOTED
                                        ? "write %s octets between the quotes"
                                                .formatted(divided(needed, 8))
                                        : "write %s hex digits".formatted(divided(needed, 4)));
        if (!others.isEmpty()) {
            problem.note("of %d bits are keys for %s".formatted(bits, String.join(", ", others)));
        }
        problems.report(problem);
        return false;
    }

    /// `128, 192 or 256`; `40 to 448` where every octet more will do.
    private static String lengths(Lengths accepted, int maximum) {
        List<String> lengths = new ArrayList<>();
        for (int bits = 8; bits <= maximum; bits += 8) {
            if (accepted.accepts(bits)) {
                lengths.add(String.valueOf(bits));
            }
        }
        return lengths.size() > 3
                ? lengths.getFirst() + " to " + lengths.getLast()
                : SetkeyChecker.alternatives(lengths);
    }

    /// The numbers in a text of [#lengths] divided.
    private static String divided(String lengths, int by) {
        StringBuilder text = new StringBuilder();
        for (String part : lengths.split("(?<=[^0-9])(?=[0-9])|(?<=[0-9])(?=[^0-9])")) {
            text.append(
                    part.matches("[0-9]+") ? String.valueOf(Integer.parseInt(part) / by) : part);
        }
        return text.toString();
    }

    /// @param bounds null where the backend lacks the algorithm
    private static boolean within(@Nullable KeyBits bounds, int bits) {
        return bounds != null && bits >= bounds.minimum() && bits <= bounds.maximum();
    }

    private static List<String> ciphersTaking(int bits) {
        return Arrays.stream(EncryptionAlgorithm.values())
                .filter(cipher -> cipher.takesKey() && cipher.acceptsKeyBits(bits))
                .map(EncryptionAlgorithm::word)
                .limit(6)
                .toList();
    }

    private static List<String> macsTaking(int bits) {
        return Arrays.stream(AuthAlgorithm.values())
                .filter(mac -> mac.takesKey() && mac.acceptsKeyBits(bits))
                .filter(mac -> mac != AuthAlgorithm.TCP_MD5)
                .map(AuthAlgorithm::word)
                .limit(6)
                .toList();
    }

    private void unknownCipher(Located<String> name) {
        List<String> known = new ArrayList<>();
        for (EncryptionAlgorithm cipher : EncryptionAlgorithm.values()) {
            if (cipher != EncryptionAlgorithm.NONE) {
                known.addAll(cipher.names());
            }
        }
        known.addAll(List.of("des-deriv", "des-32iv"));
        if (NEVER_READ.contains(name.value())) {
            problems.report(
                    Code.UNKNOWN_ALGORITHM
                            .at(name.span(), "no setkey has `%s`".formatted(name.value()))
                            .label("old manuals name it")
                            .hint("where both ends can: aes-gcm-16 or aes-cbc"));
            return;
        }
        unknown(name, "cipher", known, AuthAlgorithm.named(name.value()).isPresent() ? "-A" : "");
    }

    private void unknownMac(Located<String> name) {
        List<String> known = new ArrayList<>();
        for (AuthAlgorithm mac : AuthAlgorithm.values()) {
            if (mac != AuthAlgorithm.NONE) {
                known.addAll(mac.names());
            }
        }
        unknown(
                name,
                "integrity algorithm",
                known,
                EncryptionAlgorithm.named(name.value()).isPresent() ? "-E" : "");
    }

    /// A key may have come without a blank behind the name, or without the name.
    private static String withoutGluedKey(String name) {
        int hexadecimal = Math.max(name.indexOf("0x"), name.indexOf("0X"));
        String shown = KeyMask.before(hexadecimal >= 0 ? name.substring(0, hexadecimal) : name);
        return shown.length() == name.length() && shown.length() <= 20
                ? shown
                : shown.substring(0, Math.min(shown.length(), 20)) + "…";
    }

    private void unknown(Located<String> name, String kind, List<String> known, String flag) {
        String text = withoutGluedKey(name.value());
        problems.report(
                Code.UNKNOWN_ALGORITHM
                        .at(name.span(), "no %s is called `%s`".formatted(kind, text))
                        .hint(
                                flag.isEmpty()
                                        ? Suggestions.nearest(name.value(), known)
                                                .map("did you mean `%s`?"::formatted)
                                                .orElse("known: " + String.join(" ", known))
                                        : "it stands behind " + flag));
    }

    private void retired(Located<String> name, Retirement retirement, String better) {
        problems.report(
                Code.RETIRED_ALGORITHM
                        .at(
                                name.span(),
                                "%s should no longer be used (%s: %s)"
                                        .formatted(
                                                name.value(),
                                                retirement.rfc(),
                                                retirement.verdict()))
                        .hint("where both ends can: " + better));
    }
}
