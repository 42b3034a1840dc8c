package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;

/// The SAs that serve one purpose in sending: same protocol, mode, reqid and addresses. The newest
/// that is not dying is used, and only where there is none the newest that is.
final class SaGroup {
    final SaRecord.Purpose purpose;

    private volatile @Nullable SaRecord fresh;
    private volatile @Nullable SaRecord dying;

    SaGroup(SaRecord.Purpose purpose) {
        this.purpose = purpose;
    }

    /// For the packet path: no lock, no walk.
    @Nullable ActiveSa newest() {
        SaRecord gone = null;
        for (SaRecord record = head(); record != null && record != gone; record = head()) {
            ActiveSa sa = record.active();
            if (sa != null) {
                return sa;
            }
            gone = record; // deleted since we read the head; it left the list before it died
        }
        return null;
    }

    private @Nullable SaRecord head() {
        SaRecord record = fresh;
        if (record == null) {
            record = dying;
        }
        if (record == null) {
            record = fresh; // it has come back from the dying in between
        }
        return record;
    }

    boolean isEmpty() {
        return fresh == null && dying == null;
    }

    void add(SaRecord record) {
        record.group = this;
        link(record, fresh);
        fresh = record;
    }

    /// At the place of its age.
    void restore(SaRecord record) {
        record.group = this;
        SaRecord newer = null;
        for (SaRecord each = fresh;
                each != null && each.addedMillis > record.addedMillis;
                each = each.groupOlder) {
            newer = each;
        }
        if (newer == null) {
            link(record, fresh);
            fresh = record;
        } else {
            SaRecord older = newer.groupOlder;
            link(record, older);
            record.groupNewer = newer;
            newer.groupOlder = record;
        }
    }

    /// From the fresh to the dying; the order by age is that of dying. A reader meets it in one of
    /// the two at any time.
    void weaken(SaRecord record) {
        SaRecord head = dying;
        dying = record;
        unlink(record, true);
        link(record, head);
    }

    /// From the dying back to the fresh: an update has given it a new life. A reader meets it in
    /// one of the two at any time.
    void refresh(SaRecord record) {
        SaRecord head = fresh;
        fresh = record;
        unlink(record, false);
        link(record, head);
    }

    /// The longest dying first.
    List<SaRecord> dyingInOrder() {
        List<SaRecord> all = new ArrayList<>();
        for (SaRecord record = dying; record != null; record = record.groupOlder) {
            all.add(record);
        }
        return all.reversed();
    }

    void remove(SaRecord record) {
        unlink(record, fresh == record);
        record.group = null;
    }

    private static void link(SaRecord record, @Nullable SaRecord head) {
        record.groupNewer = null;
        record.groupOlder = head;
        if (head != null) {
            head.groupNewer = record;
        }
    }

    /// @param isFresh of which list it is the head, if it is one
    private void unlink(SaRecord record, boolean isFresh) {
        SaRecord newer = record.groupNewer;
        SaRecord older = record.groupOlder;
        if (older != null) {
            older.groupNewer = newer;
        }
        if (newer != null) {
            newer.groupOlder = older;
        } else if (isFresh) {
            fresh = older;
        } else {
            dying = older;
        }
    }
}
