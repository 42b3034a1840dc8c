package org.jipsec.dataplane;

import org.jipsec.pfkey.PfkeyMessage;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.pfkey.RefusalException;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply.Refused;
import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/// What a client wants to have run as a whole, until it has said all of it. One thread.
final class CollectedRequests {
    /// Octets of all clients' requests together, beyond which no more are kept: half a million SAs.
    static final long LIMIT = 128L << 20;

    private final AtomicLong kept;
    private final List<SadbOperation> operations = new ArrayList<>();
    private final List<PfkeyMessage> headers = new ArrayList<>();
    private long octets;
    private int wrongAt = -1;
    private @Nullable Refused wrong;

    /// @param kept octets that all clients of the service have collected
    CollectedRequests(AtomicLong kept) {
        this.kept = kept;
    }

    /// @param request whole
    void add(PfkeyMessage request, int length) {
        if (wrong != null) {
            return;
        }
        octets += length;
        if (kept.addAndGet(length) > LIMIT) {
            refuse(new Refused(Errno.ENOBUFS, "too much to be run as a whole"));
            return;
        }
        try {
            SadbOperation operation = PfkeyRequests.operation(request);
            if (operation instanceof SadbOperation.Register) {
                refuse(new Refused(Errno.EOPNOTSUPP, "REGISTER is not run with others"));
                return;
            }
            operations.add(operation);
            headers.add(request.withExtensions(List.of()));
        } catch (RefusalException senseless) {
            refuse(new Refused(senseless.errno(), senseless.why()));
        }
    }

    /// The next request cannot be carried out, and with it none.
    void refuse(Refused refusal) {
        if (wrong == null) {
            wrong = refusal;
            wrongAt = operations.size();
            operations.clear();
            headers.clear();
        }
    }

    /// To be called once it is done with.
    void drop() {
        kept.addAndGet(-octets);
        octets = 0;
    }

    /// Why nothing of it can be carried out; null when that is not known yet.
    @Nullable Refused wrong() {
        return wrong;
    }

    /// The place of the request that [#wrong] is about.
    int wrongAt() {
        return wrongAt;
    }

    List<SadbOperation> operations() {
        return operations;
    }

    PfkeyMessage header(int index) {
        return headers.get(index);
    }
}
