package org.jipsec.isakmp;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The documents on NAT traversal that a peer may know, each with its own vendor id: RFC 3947 and
/// what came before it. Later ones are greater.
public enum NattDraft {
    // spotless:off  -- a table
    DRAFT_00(VendorId.NATT_00, NattVersion.EARLY_DRAFT, false),
    DRAFT_01(VendorId.NATT_01, NattVersion.EARLY_DRAFT, false),
    DRAFT_02(VendorId.NATT_02, NattVersion.EARLY_DRAFT, true),
    DRAFT_02_NEWLINE(VendorId.NATT_02_NEWLINE, NattVersion.EARLY_DRAFT, true),
    DRAFT_03(VendorId.NATT_03, NattVersion.EARLY_DRAFT, true),
    DRAFT_04(VendorId.NATT_04, NattVersion.LATE_DRAFT, true),
    DRAFT_05(VendorId.NATT_05, NattVersion.LATE_DRAFT, true),
    DRAFT_06(VendorId.NATT_06, NattVersion.LATE_DRAFT, true),
    DRAFT_07(VendorId.NATT_07, NattVersion.LATE_DRAFT, true),
    DRAFT_08(VendorId.NATT_08, NattVersion.LATE_DRAFT, true),
    RFC_3947(VendorId.NATT_RFC, NattVersion.RFC, true);

    // spotless:on

    /// What an initiator announces, in this order: the newest first, for there are responders that
    /// take the first they know. They are those of racoon as it is usually built.
    public static final List<NattDraft> ANNOUNCED =
            List.of(RFC_3947, DRAFT_02, DRAFT_02_NEWLINE, DRAFT_00);

    private final VendorId vendorId;
    private final NattVersion numbers;
    private final boolean changesPort;

    NattDraft(VendorId vendorId, NattVersion numbers, boolean changesPort) {
        this.vendorId = vendorId;
        this.numbers = numbers;
        this.changesPort = changesPort;
    }

    /// The one that a vendor id announces, or empty.
    public static Optional<NattDraft> of(VendorId announced) {
        return Arrays.stream(values()).filter(draft -> draft.vendorId == announced).findAny();
    }

    /// The latest that a peer announced, all of which we know; empty if none. As responder we
    /// answer with its vendor id alone.
    public static Optional<NattDraft> best(Collection<VendorId> announced) {
        return announced.stream()
                .flatMap(vendorId -> of(vendorId).stream())
                .max(NattDraft::compareTo);
    }

    public VendorId vendorId() {
        return vendorId;
    }

    /// Which payload types and encapsulation modes it uses.
    public NattVersion numbers() {
        return numbers;
    }

    /// Whether IKE moves to port 4500 once a NAT is found, and ESP with it. If not, all stay on
    /// port 500.
    public boolean changesPort() {
        return changesPort;
    }

    /// As in racoon's `Selected NAT-T version:`. That of [#DRAFT_02_NEWLINE] ends so.
    public String text() {
        return vendorId.text();
    }
}
