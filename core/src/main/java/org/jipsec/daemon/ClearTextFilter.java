package org.jipsec.daemon;

import org.jspecify.annotations.Nullable;

import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The nftables table that keeps out clear text which policies forbid: set up, changed, counted,
/// mended, removed. For one thread.
final class ClearTextFilter {
    private static final Pattern COUNTS = Pattern.compile("packets (\\d+) bytes \\d+");

    private final Nft nft;
    private final FilterPlanner planner;
    private final String device;
    private final boolean clampMss;
    private Set<Integer> ports = Set.of(500, 4500);
    private Map<String, String> notes = Map.of();

    /// What the table looked like after its last change of rules; null when it is not as it should
    /// be.
    private @Nullable String expected;

    private boolean wasEstablished;

    /// What earlier tables have counted, and what this one has at last sight.
    private long before;

    private long seen;

    /// @param device of TUN
    ClearTextFilter(Nft nft, FilterPlanner planner, String device, boolean clampMss) {
        this.nft = nft;
        this.planner = planner;
        this.device = device;
        this.clampMss = clampMss;
    }

    /// Sets everything up, in the place of what is there.
    ///
    /// @throws IOException nothing was changed; the next [#apply] tries again
    void establish() throws IOException {
        expected = null;
        planner.forgetTaken();
        String script =
                NftScript.foundation(device, ports, clampMss)
                        + NftScript.notes(notes)
                        + NftScript.changes(planner, planner.takeChanges());
        nft.run(script);
        wasEstablished = true;
        before += seen;
        seen = 0;
        look();
    }

    /// Whether a process has changed nftables for this filter.
    boolean isOurs(long process) {
        return nft.wasRunBy(process);
    }

    /// Whether the table is there, as far as is known.
    boolean isEstablished() {
        return expected != null;
    }

    /// Whether it ever was.
    boolean wasEstablished() {
        return wasEstablished;
    }

    /// Carries out what has changed in the plan.
    ///
    /// @throws IOException nothing was changed; the next call tries again
    void apply() throws IOException {
        if (expected == null) {
            establish();
            return;
        }
        FilterPlanner.Changes changes = planner.takeChanges();
        if (changes.isEmpty()) {
            return;
        }
        try {
            nft.run(NftScript.changes(planner, changes));
        } catch (IOException refused) {
            // most likely somebody else has changed the table: all anew
            establish();
            return;
        }
        if (!changes.rules().isEmpty()) {
            look();
        }
    }

    /// The ports of UDP where ESP and IKE come in.
    void ports(Set<Integer> others) throws IOException {
        Set<Integer> all = new TreeSet<>(others);
        all.add(500);
        all.add(4500);
        Set<Integer> old = ports;
        ports = all;
        if (expected != null && !old.equals(all)) {
            nft.run(NftScript.ports(old, all));
        }
    }

    /// Keeps something in the table, for a successor, should this process be killed.
    void note(Map<String, String> wanted) throws IOException {
        notes = new TreeMap<>(wanted);
        if (expected != null) {
            nft.run(NftScript.notes(notes));
            look();
        }
    }

    /// What a predecessor has kept in the table that is there now.
    Map<String, String> notes() throws IOException {
        return NftScript.notes(nft.listing().orElse(""));
    }

    /// Looks whether the table is as it was left, and sets it up anew if not.
    ///
    /// @return whether it was not
    boolean mend() throws IOException {
        String wanted = expected;
        if (wanted != null
                && nft.listing().map(this::uncounted).filter(wanted::equals).isPresent()) {
            return false;
        }
        establish();
        return true;
    }

    /// How many packets were dropped.
    ///
    /// @throws IOException nft cannot be run
    long forbidden() throws IOException {
        nft.listing().ifPresent(this::uncounted);
        return before + seen;
    }

    void remove() throws IOException {
        expected = null;
        nft.run(NftScript.removal());
    }

    private void look() throws IOException {
        expected = nft.listing().map(this::uncounted).orElse(null);
    }

    /// Takes the count out of a listing.
    private String uncounted(String listing) {
        Matcher counts = COUNTS.matcher(listing);
        if (counts.find()) {
            seen = Long.parseLong(counts.group(1));
        }
        return counts.replaceAll("");
    }
}
