package org.jipsec.dataplane;

import org.jspecify.annotations.Nullable;

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
        SaRecord record = fresh;
        if (record == null) {
            record = dying;
        }
        return record == null ? null : record.active();
    }

    boolean isEmpty() {
        return fresh == null && dying == null;
    }

    void add(SaRecord record) {
        SaRecord head = fresh;
        record.group = this;
        record.groupNewer = null;
        record.groupOlder = head;
        if (head != null) {
            head.groupNewer = record;
        }
        fresh = record;
    }

    /// From the fresh to the dying; the order by age is that of dying.
    void weaken(SaRecord record) {
        unlink(record);
        SaRecord head = dying;
        record.groupNewer = null;
        record.groupOlder = head;
        if (head != null) {
            head.groupNewer = record;
        }
        dying = record;
    }

    /// From the dying back to the fresh: an update has given it a new life.
    void refresh(SaRecord record) {
        unlink(record);
        add(record);
    }

    void remove(SaRecord record) {
        unlink(record);
        record.group = null;
    }

    private void unlink(SaRecord record) {
        SaRecord newer = record.groupNewer;
        SaRecord older = record.groupOlder;
        if (older != null) {
            older.groupNewer = newer;
        }
        if (newer != null) {
            newer.groupOlder = older;
        } else if (fresh == record) {
            fresh = older;
        } else if (dying == record) {
            dying = older;
        }
    }
}
