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

/// What a client wants to have run as a whole, until it has said all of it. One thread.
final class CollectedRequests {
    /// What the shortest request is charged, in octets: as an object it takes more than its
    /// message.
    static final int LEAST_CHARGE = 256;

    /// Dumps in one whole: the answers of all of them are held until the last request has run.
    static final int MAXIMUM_DUMPS = 16;

    private final CollectingRoom room;
    private final List<SadbOperation> operations = new ArrayList<>();
    private final List<PfkeyMessage> headers = new ArrayList<>();
    private long charged;
    private int dumps;
    private int wrongAt = -1;
    private @Nullable Refused wrong;

    /// @param room of all clients of the service
    CollectedRequests(CollectingRoom room) {
        this.room = room;
    }

    /// @param request whole
    void add(PfkeyMessage request, int length) {
        if (wrong != null) {
            return;
        }
        int charge = Math.max(length, LEAST_CHARGE);
        if (!room.take(this, charge)) {
            refuse(new Refused(Errno.ENOBUFS, "too much to be run as a whole"));
            return;
        }
        charged += charge;
        try {
            SadbOperation operation = PfkeyRequests.operation(request);
            if (operation instanceof SadbOperation.Register) {
                refuse(new Refused(Errno.EOPNOTSUPP, "REGISTER is not run with others"));
                return;
            }
            if (isDump(operation) && ++dumps > MAXIMUM_DUMPS) {
                refuse(
                        new Refused(
                                Errno.ENOBUFS,
                                "more than " + MAXIMUM_DUMPS + " dumps to be run as a whole"));
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
            drop();
        }
    }

    /// Another one needs the room, and this one has the most.
    void giveWay() {
        refuse(new Refused(Errno.ENOBUFS, "too much to be run as a whole while others do so too"));
    }

    /// What it takes of the room, in octets.
    long charged() {
        return charged;
    }

    /// To be called once it is done with.
    void drop() {
        room.release(this);
        charged = 0;
    }

    private static boolean isDump(SadbOperation operation) {
        return operation instanceof SadbOperation.DumpSas
                || operation instanceof SadbOperation.DumpPolicies;
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
