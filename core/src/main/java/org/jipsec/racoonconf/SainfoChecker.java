package org.jipsec.racoonconf;

import org.jipsec.crypto.DhGroup;
import org.jipsec.diag.Span;
import org.jipsec.ike.settings.PeerIdentity;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.SainfoSettings.Side;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `sainfo` sections.
final class SainfoChecker {
    private final SainfoSides sides = new SainfoSides();
    private final IdentityReader identities;
    private final List<Entry> entries = new ArrayList<>();

    /// A sainfo that was read, and all that it needs was there.
    record Entry(SourceFile file, Statement.Section section, SainfoSettings settings) {}

    SainfoChecker(IdentityReader identities) {
        this.identities = identities;
    }

    List<Entry> entries() {
        return entries;
    }

    void check(SourceFile file, Statement.Section section) {
        Optional<SainfoSides.Head> head = sides.read(file, section);
        Optional<PeerIdentity> peer = Optional.empty();
        Optional<String> group = Optional.empty();
        boolean known = head.isPresent();
        int behind = SainfoSides.end(section);
        if (section.word(behind).equals("from")) {
            peer = identities.peer(file, section, behind + 1);
            known &= peer.isPresent();
        } else if (section.word(behind).equals("group")) {
            group = Optional.of(section.quoted(behind + 1).name());
        }
        Body body = new Body(file);
        section.body().forEach(body::item);
        Optional<SainfoSettings> settings =
                head.isEmpty() || !known
                        ? Optional.empty()
                        : Optional.of(body.settings(head.get(), peer, group));
        boolean whole =
                body.isWhole(
                        section,
                        settings.map(SainfoText::of).orElse("loc='ANONYMOUS'"),
                        known && !section.damaged());
        if (settings.isPresent() && whole && !section.damaged()) {
            Entry entry = new Entry(file, section, settings.get());
            refuseTwin(entry);
            entries.add(entry);
        }
    }

    /// racoon looks the new one up among those before it, and refuses it when it finds one.
    private void refuseTwin(Entry entry) {
        SainfoSettings one = entry.settings();
        for (Entry other : entries) {
            SainfoSettings before = other.settings();
            if (SainfoText.matches(before, one)
                    && !(before.local() instanceof Side.Anonymous)
                    && !(one.local() instanceof Side.Anonymous)) {
                Span brace = entry.section().close();
                entry.file().classic(brace, "duplicated sainfo: " + SainfoText.of(one));
                var problem =
                        Code.DUPLICATE_SAINFO
                                .at(
                                        entry.section().span(),
                                        "racoon cannot tell this sainfo from one before it")
                                .hint(
                                        one.equals(before)
                                                ? "leave one of them out"
                                                : "ports do not count, and `anonymous` is equal to"
                                                      + " anything: merge them, or tell them apart"
                                                      + " by `from` or `remoteid`");
                if (other.file() == entry.file()) {
                    problem.also(other.section().span(), "the other one");
                }
                entry.file().report(problem);
                return;
            }
        }
    }

    /// What stands between the braces.
    private static final class Body {
        private final SourceFile file;
        private final SainfoAlgorithms algorithms;
        private final List<String> written = new ArrayList<>();
        private Optional<DhGroup> pfsGroup = Optional.empty();
        private Duration lifetime = Duration.ofHours(8);
        private long remoteId;
        private final List<SainfoSettings.Cipher> encryption = new ArrayList<>();
        private final List<AuthAlgorithm> authentication = new ArrayList<>();
        private final List<CompressionAlgorithm> compression = new ArrayList<>();

        Body(SourceFile file) {
            this.file = file;
            this.algorithms = new SainfoAlgorithms(file);
        }

        void item(Statement item) {
            written.add(item.word());
            switch (item.word()) {
                case "pfs_group" -> pfsGroup = Values.group(file, item.arguments().getFirst());
                case "remoteid" -> remoteId = Values.number(file, item.number(0));
                case "lifetime" ->
                        Values.lifetime(file, item, "byte lifetime support is deprecated")
                                .ifPresent(time -> lifetime = time);
                case "encryption_algorithm" -> encryption.addAll(algorithms.encryption(item));
                case "authentication_algorithm" ->
                        authentication.addAll(algorithms.authentication(item));
                default -> compression.addAll(algorithms.compression(item));
            }
        }

        SainfoSettings settings(
                SainfoSides.Head head, Optional<PeerIdentity> peer, Optional<String> group) {
            return new SainfoSettings(
                    head.local(),
                    head.remote(),
                    peer,
                    group,
                    pfsGroup,
                    lifetime,
                    encryption,
                    authentication,
                    compression,
                    remoteId);
        }

        /// Reports what is missing; what was written, even wrongly, is not missed.
        ///
        /// @param complete whether what is missing may be held against it
        boolean isWhole(Statement.Section section, String title, boolean complete) {
            boolean missed =
                    missed(section, title, complete, "encryption", "aes 256")
                            | missed(section, title, complete, "authentication", "hmac_sha256")
                            | missed(section, title, complete, "compression", "deflate");
            return !missed
                    && !encryption.isEmpty()
                    && !authentication.isEmpty()
                    && !compression.isEmpty();
        }

        private boolean missed(
                Statement.Section section,
                String title,
                boolean complete,
                String kind,
                String example) {
            String word = kind + "_algorithm";
            if (written.contains(word)) {
                return false;
            }
            if (complete) {
                file.classic(section.close(), "no %s algorithm at %s".formatted(kind, title));
                file.report(
                        Code.MISSING_ALGORITHM
                                .at(section.name().span(), "this sainfo has no " + word)
                                .hint("%s %s;".formatted(word, example)));
            }
            return true;
        }
    }
}
