package org.jipsec.racoonconf;

import org.jipsec.diag.Span;
import org.jipsec.ike.settings.AuthenticationMethod;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Names what works but protects badly: once each, where it stands first.
final class WeakChoices {
    /// @param risk names the RFC
    private record Weakness(Code code, String risk, String hint) {}

    private record Place(SourceFile file, Span span) {}

    private static final String SMALL_BLOCKS =
            "blocks of 64 bits repeat within hours on a fast link (Sweet32)";
    private static final String BETTER_CIPHER = "aes 256";
    private static final String BETTER_GROUP = "modp2048 or larger, or ecp256";

    private static final Map<String, Weakness> GROUPS =
            Map.of(
                    "modp768",
                    new Weakness(
                            Code.WEAK_GROUP,
                            "RFC 8247 forbids it: 768 bits have been broken in public",
                            BETTER_GROUP),
                    "modp1024",
                    new Weakness(
                            Code.WEAK_GROUP,
                            "RFC 8247 advises against it: a state can break 1024 bits for"
                                    + " everybody at once (Logjam)",
                            BETTER_GROUP),
                    "modp1536",
                    new Weakness(
                            Code.WEAK_GROUP,
                            "RFC 8247 advises against it: 1536 bits are little",
                            BETTER_GROUP));

    private static final Map<String, Weakness> CIPHERS =
            Map.of(
                    "des",
                    new Weakness(
                            Code.WEAK_CIPHER,
                            "RFC 8221 and RFC 8247 forbid it: all keys can be tried in a day",
                            BETTER_CIPHER),
                    "3des",
                    new Weakness(
                            Code.WEAK_CIPHER,
                            "RFC 8221 advises against it: " + SMALL_BLOCKS,
                            BETTER_CIPHER),
                    "blowfish",
                    new Weakness(
                            Code.WEAK_CIPHER,
                            "RFC 8221 forbids it: " + SMALL_BLOCKS,
                            BETTER_CIPHER),
                    "cast128",
                    new Weakness(
                            Code.WEAK_CIPHER,
                            "RFC 9395 retired it: " + SMALL_BLOCKS,
                            BETTER_CIPHER));

    private static final Weakness MD5 =
            new Weakness(Code.WEAK_HASH, "RFC 8247 forbids it: MD5 is broken (RFC 6151)", "sha256");
    private static final Weakness HMAC_MD5 =
            new Weakness(
                    Code.WEAK_HASH, "RFC 8221 forbids it: MD5 is broken (RFC 6151)", "hmac_sha256");
    private static final Weakness AGGRESSIVE =
            new Weakness(
                    Code.AGGRESSIVE_WITH_KEY,
                    "RFC 2409 5.4 sends a hash of the key in clear: whoever asks for it can try"
                            + " passwords at home",
                    "main, or certificates; else a long random key");

    private final Map<String, List<Place>> found = new LinkedHashMap<>();
    private final Map<String, Weakness> weaknesses = new LinkedHashMap<>();

    /// A remote or a sainfo.
    void look(SourceFile file, Statement.Section section) {
        if (section.word().equals("remote")) {
            mode(file, section);
        }
        walk(file, section);
    }

    private void mode(SourceFile file, Statement.Section remote) {
        boolean withKey =
                remote.body().stream()
                        .filter(Statement.Section.class::isInstance)
                        .flatMap(proposal -> ((Statement.Section) proposal).body().stream())
                        .filter(item -> item.word().equals("authentication_method"))
                        .map(item -> AuthenticationMethod.ofWord(item.word(0)))
                        .flatMap(Optional::stream)
                        .anyMatch(AuthenticationMethod::usesPresharedKey);
        if (!withKey) {
            return;
        }
        for (Statement item : remote.body()) {
            if (item.word().equals("exchange_mode")) {
                item.arguments().stream()
                        .filter(word -> Values.text(word).equals("aggressive"))
                        .forEach(
                                word ->
                                        note(
                                                "aggressive mode with a pre-shared key",
                                                AGGRESSIVE,
                                                file,
                                                word.span()));
            }
        }
    }

    private void walk(SourceFile file, Statement.Section section) {
        for (Statement item : section.body()) {
            if (item instanceof Statement.Section inner) {
                walk(file, inner);
                continue;
            }
            for (Argument argument : item.arguments()) {
                weakness(item.word(), Values.text(argument))
                        .ifPresent(
                                name ->
                                        note(
                                                name,
                                                weaknessOf(item.word(), name),
                                                file,
                                                argument.span()));
            }
        }
    }

    /// The name of the weak thing that a word of a directive means.
    private static Optional<String> weakness(String directive, String word) {
        return switch (directive) {
            case "dh_group", "pfs_group" ->
                    switch (word) {
                        case "1", "modp768" -> Optional.of("modp768");
                        case "2", "modp1024" -> Optional.of("modp1024");
                        case "5", "modp1536" -> Optional.of("modp1536");
                        default -> Optional.empty();
                    };
            case "encryption_algorithm" ->
                    word.startsWith("des")
                            ? Optional.of("des")
                            : Optional.of(word).filter(CIPHERS::containsKey);
            case "hash_algorithm" -> Optional.of(word).filter("md5"::equals);
            case "authentication_algorithm" -> Optional.of(word).filter("hmac_md5"::equals);
            default -> Optional.empty();
        };
    }

    private static Weakness weaknessOf(String directive, String name) {
        Weakness group = GROUPS.get(name);
        Weakness cipher = CIPHERS.get(name);
        if (group != null) {
            return group;
        }
        if (cipher != null) {
            return cipher;
        }
        return directive.equals("hash_algorithm") ? MD5 : HMAC_MD5;
    }

    private void note(String name, Weakness weakness, SourceFile file, Span span) {
        found.computeIfAbsent(name, _ -> new ArrayList<>()).add(new Place(file, span));
        weaknesses.put(name, weakness);
    }

    void report() {
        found.forEach(
                (name, places) -> {
                    Weakness weakness = weaknesses.get(name);
                    if (weakness == null) {
                        throw new IllegalStateException("found without a reason: " + name);
                    }
                    Place first = places.getFirst();
                    var problem =
                            weakness.code()
                                    .at(first.span(), "%s is weak".formatted(name))
                                    .note(weakness.risk())
                                    .hint(weakness.hint());
                    if (places.size() > 1) {
                        problem.label(
                                places.size() == 2
                                        ? "here and in another place"
                                        : "here and in %d other places"
                                                .formatted(places.size() - 1));
                    }
                    first.file().report(problem);
                });
    }
}
