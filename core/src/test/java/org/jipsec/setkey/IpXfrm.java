package org.jipsec.setkey;

import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Lifetime;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// What iproute2 sees of the kernel's SAs and policies, and what it ought to see of ours.
///
/// @param associations without those of protocol 4, which the kernel makes by itself for an IPComp
///     SA of tunnel mode, and which PF_KEY does not list
record IpXfrm(List<Sa> associations, List<Rule> policies) {
    /// @param authentication name, key and ICV's bits; empty for none, as the others
    record Sa(
            String source,
            String destination,
            String protocol,
            String spi,
            long reqid,
            String mode,
            int window,
            String authentication,
            String encryption,
            String compression,
            String encapsulation,
            List<String> lifetimes) {}

    record Rule(
            String source,
            String destination,
            int protocol,
            int sourcePort,
            int destinationPort,
            String direction,
            boolean blocks,
            long priority,
            List<String> hardTimes,
            List<Template> templates) {}

    record Template(
            String source,
            String destination,
            String protocol,
            long reqid,
            String mode,
            String level) {}

    private static final Pattern ENTRY = Pattern.compile("(?m)^(?=src )");
    private static final Pattern ENDS = Pattern.compile("src (\\S+) dst (\\S+)");
    private static final Pattern IDENTITY =
            Pattern.compile("proto (\\S+) (?:spi (0x[0-9a-f]+)\\S* )?reqid (\\d+)\\S* mode (\\S+)");
    private static final Pattern WINDOW = Pattern.compile("\treplay-window (\\d+)");
    private static final Pattern MAC =
            Pattern.compile("\tauth-trunc (\\S+) (0x[0-9a-f]+|) (?:\\(\\d+ bits\\) )?(\\d+)");
    private static final Pattern CIPHER = Pattern.compile("\tenc (\\S+) (0x[0-9a-f]+|)");
    private static final Pattern COMPRESSION = Pattern.compile("\tcomp (\\S+)");
    private static final Pattern ENCAPSULATION =
            Pattern.compile("\tencap type (\\S+) sport (\\d+) dport (\\d+)");
    private static final Pattern LIMIT =
            Pattern.compile(
                    "(?:limit|expire (?:add|use)): soft (\\(INF\\)|\\d+)\\((bytes|packets|sec)\\),"
                            + " hard (\\(INF\\)|\\d+)");
    private static final Pattern DIRECTION = Pattern.compile("\tdir (\\S+)");
    private static final Pattern PRIORITY = Pattern.compile("priority (\\d+)");
    private static final Pattern UPPER = Pattern.compile("^src \\S+ dst \\S+.* proto (\\S+)");
    private static final Pattern FIRST_PORT = Pattern.compile(" (?:sport|type) (\\d+)");
    private static final Pattern SECOND_PORT = Pattern.compile(" (?:dport|code) (\\d+)");
    private static final Pattern TEMPLATE = Pattern.compile("(?=\ttmpl )");
    private static final Pattern LEVEL = Pattern.compile("level (\\S+)");

    /// The kernel as it is now.
    static IpXfrm ask() throws IOException {
        List<Sa> associations = new ArrayList<>();
        for (String entry : entries("state")) {
            if (!entry.contains("\tproto 4 ")) {
                associations.add(association(entry));
            }
        }
        List<Rule> policies = new ArrayList<>();
        Map<String, Integer> protocols = protocols();
        for (String entry : entries("policy")) {
            policies.add(policy(entry, protocols));
        }
        return new IpXfrm(associations, policies);
    }

    private static List<String> entries(String what) throws IOException {
        Process ip = new ProcessBuilder("ip", "-s", "xfrm", what).redirectErrorStream(true).start();
        ip.getOutputStream().close();
        String text = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return ENTRY.splitAsStream(text).filter(entry -> !entry.isBlank()).toList();
    }

    /// What it ought to see.
    static IpXfrm expected(List<SecurityAssociation> associations, List<Policy> policies) {
        return new IpXfrm(
                associations.stream().map(IpXfrm::seen).toList(),
                policies.stream().map(IpXfrm::seen).toList());
    }

    // ---- what ip says ----

    private static Sa association(String entry) {
        MatchResult ends = find(ENDS, entry).orElseThrow();
        MatchResult identity = find(IDENTITY, entry).orElseThrow();
        return new Sa(
                ends.group(1),
                ends.group(2),
                identity.group(1),
                identity.group(2),
                Long.parseLong(identity.group(3)),
                identity.group(4),
                number(WINDOW, entry),
                find(MAC, entry)
                        .map(mac -> mac.group(1) + " " + mac.group(2) + " " + mac.group(3))
                        .orElse(""),
                find(CIPHER, entry)
                        .map(cipher -> cipher.group(1) + " " + cipher.group(2))
                        .orElse(""),
                find(COMPRESSION, entry).map(found -> found.group(1)).orElse(""),
                find(ENCAPSULATION, entry)
                        .map(nat -> nat.group(1) + " " + nat.group(2) + " " + nat.group(3))
                        .orElse(""),
                limits(entry, 1, 3));
    }

    private static Rule policy(String entry, Map<String, Integer> protocols) {
        String[] parts = TEMPLATE.split(entry);
        String selector = parts[0].lines().findFirst().orElseThrow();
        MatchResult ends = find(ENDS, selector).orElseThrow();
        List<Template> templates = new ArrayList<>();
        for (int i = 1; i < parts.length; i++) {
            templates.add(template(parts[i]));
        }
        return new Rule(
                ends.group(1),
                ends.group(2),
                find(UPPER, selector)
                        .map(found -> protocol(found.group(1), protocols))
                        .orElse(Selector.ANY_PROTOCOL),
                number(FIRST_PORT, selector),
                number(SECOND_PORT, selector),
                find(DIRECTION, entry).orElseThrow().group(1),
                parts[0].contains("action block"),
                Long.parseLong(find(PRIORITY, entry).orElseThrow().group(1)),
                limits(parts[0], 3).subList(2, 4),
                templates);
    }

    private static Template template(String part) {
        MatchResult ends = find(ENDS, part).orElseThrow();
        MatchResult identity = find(IDENTITY, part).orElseThrow();
        return new Template(
                ends.group(1),
                ends.group(2),
                identity.group(1),
                Long.parseLong(identity.group(3)),
                identity.group(4),
                find(LEVEL, part).map(found -> found.group(1)).orElse("required"));
    }

    /// Bytes, packets, seconds since added, seconds since used; each as often as there are groups.
    private static List<String> limits(String entry, int... groups) {
        return LIMIT.matcher(entry)
                .results()
                .flatMapToLong(
                        limit ->
                                Arrays.stream(groups)
                                        .mapToObj(limit::group)
                                        .mapToLong(
                                                text ->
                                                        text.equals("(INF)")
                                                                ? 0
                                                                : Long.parseLong(text)))
                .mapToObj(Long::toString)
                .toList();
    }

    private static int number(Pattern pattern, String text) {
        return find(pattern, text).map(found -> Integer.parseInt(found.group(1))).orElse(0);
    }

    private static Optional<MatchResult> find(Pattern pattern, String text) {
        return pattern.matcher(text).results().findFirst();
    }

    private static int protocol(String word, Map<String, Integer> protocols) {
        Integer number = protocols.get(word);
        return number != null ? number : Integer.parseInt(word);
    }

    private static Map<String, Integer> protocols() throws IOException {
        try (var lines = Files.lines(Path.of("/etc/protocols"))) {
            return lines.filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .map(line -> line.split("\\s+"))
                    .collect(
                            Collectors.toMap(
                                    words -> words[0],
                                    words -> Integer.valueOf(words[1]),
                                    (first, _) -> first));
        }
    }

    // ---- what it ought to say ----

    private static Sa seen(SecurityAssociation sa) {
        return new Sa(
                IpText.text(sa.source().address()),
                IpText.text(sa.destination().address()),
                word(sa.protocol()),
                sa.spi().toString(),
                Integer.toUnsignedLong(sa.reqid()),
                sa.mode().word(),
                sa.replayWindow(),
                sa.authentication() == AuthAlgorithm.NONE
                        ? ""
                        : name(sa.authentication())
                                + " "
                                + hex(sa.authenticationKey())
                                + " "
                                + sa.authentication().icvBits(),
                sa.encryption() == EncryptionAlgorithm.NONE
                        ? ""
                        : name(sa.encryption()) + " " + hex(sa.encryptionKey()),
                sa.compression() == CompressionAlgorithm.NONE ? "" : sa.compression().word(),
                sa.encapsulation()
                        .map(nat -> "espinudp " + nat.sourcePort() + " " + nat.destinationPort())
                        .orElse(""),
                List.of(
                        Long.toUnsignedString(sa.soft().bytes()),
                        Long.toUnsignedString(sa.hard().bytes()),
                        Long.toString(sa.soft().packets()),
                        Long.toString(sa.hard().packets()),
                        seconds(sa.soft().sinceAdded()),
                        seconds(sa.hard().sinceAdded()),
                        seconds(sa.soft().sinceUsed()),
                        seconds(sa.hard().sinceUsed())));
    }

    private static Rule seen(Policy policy) {
        Selector selector = policy.selector();
        Lifetime lifetime = policy.lifetime();
        return new Rule(
                text(selector.source()),
                text(selector.destination()),
                selector.protocol(),
                selector.sourcePort(),
                selector.destinationPort(),
                policy.direction().word(),
                policy.action() == PolicyAction.DISCARD,
                Integer.toUnsignedLong(policy.priority()),
                List.of(seconds(lifetime.sinceAdded()), seconds(lifetime.sinceUsed())),
                policy.rules().stream().map(rule -> seen(rule, selector.isIpv4())).toList());
    }

    private static Template seen(PolicyRule rule, boolean isIpv4) {
        String nowhere = isIpv4 ? "0.0.0.0" : "::";
        return new Template(
                rule.endpoints().map(ends -> text(ends.source())).orElse(nowhere),
                rule.endpoints().map(ends -> text(ends.destination())).orElse(nowhere),
                word(rule.protocol()),
                Integer.toUnsignedLong(rule.reqid()),
                rule.mode().word(),
                rule.level() == PolicyLevel.USE ? "use" : "required");
    }

    private static String word(IpsecProtocol protocol) {
        return protocol == IpsecProtocol.IPCOMP ? "comp" : protocol.word();
    }

    private static String text(Endpoint endpoint) {
        return IpText.text(endpoint.address());
    }

    private static String text(Prefix prefix) {
        return IpText.text(prefix.address()) + "/" + prefix.length();
    }

    private static String seconds(Duration duration) {
        return Long.toString(duration.toSeconds());
    }

    private static String hex(Secret key) {
        return key.length() == 0 ? "" : "0x" + HexFormat.of().formatHex(key.toArray());
    }

    /// As the kernel's crypto calls it.
    private static String name(AuthAlgorithm algorithm) {
        return switch (algorithm) {
            case HMAC_MD5 -> "hmac(md5)";
            case HMAC_SHA1 -> "hmac(sha1)";
            case HMAC_SHA256, HMAC_SHA256_96 -> "hmac(sha256)";
            case HMAC_SHA384 -> "hmac(sha384)";
            case HMAC_SHA512 -> "hmac(sha512)";
            case HMAC_RIPEMD160 -> "hmac(rmd160)";
            case AES_XCBC_MAC -> "xcbc(aes)";
            case AES_CMAC -> "cmac(aes)";
            case NULL -> "digest_null";
            case NONE, AES_GMAC, KEYED_MD5, KEYED_SHA1, TCP_MD5 -> algorithm.word();
        };
    }

    private static String name(EncryptionAlgorithm algorithm) {
        return switch (algorithm) {
            case DES_CBC -> "cbc(des)";
            case TRIPLE_DES_CBC -> "cbc(des3_ede)";
            case CAST128_CBC -> "cbc(cast5)";
            case BLOWFISH_CBC -> "cbc(blowfish)";
            case NULL -> "ecb(cipher_null)";
            case AES_CBC -> "cbc(aes)";
            case AES_CTR -> "rfc3686(ctr(aes))";
            case CAMELLIA_CBC -> "cbc(camellia)";
            case TWOFISH_CBC -> "cbc(twofish)";
            case NONE,
                    AES_CCM_8,
                    AES_CCM_12,
                    AES_CCM_16,
                    AES_GCM_8,
                    AES_GCM_12,
                    AES_GCM_16,
                    AES_GMAC,
                    CHACHA20_POLY1305 ->
                    algorithm.word();
        };
    }
}
