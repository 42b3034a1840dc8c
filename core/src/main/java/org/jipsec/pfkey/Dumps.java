package org.jipsec.pfkey;

import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;

import java.util.ArrayList;
import java.util.List;

/// Dumps come one entry a message; put together they are one reply.
final class Dumps {
    private Dumps() {}

    static boolean isDump(SadbOperation operation) {
        return operation instanceof SadbOperation.DumpSas
                || operation instanceof SadbOperation.DumpPolicies;
    }

    /// A dump of a database without entries.
    static boolean isEmpty(SadbReply reply) {
        return reply.equals(new SadbReply.Sas(List.of()))
                || reply.equals(new SadbReply.Policies(List.of()));
    }

    /// @param entries as [org.jipsec.sadb.SadbBackend#stream] hands them over
    static SadbReply associations(List<SadbReply> entries) {
        List<SaSnapshot> all = new ArrayList<>(entries.size());
        for (SadbReply entry : entries) {
            if (!(entry instanceof SadbReply.Sas(var snapshots))) {
                return entry;
            }
            all.addAll(snapshots);
        }
        return new SadbReply.Sas(all);
    }

    /// @param entries likewise
    static SadbReply policies(List<SadbReply> entries) {
        List<PolicySnapshot> all = new ArrayList<>(entries.size());
        for (SadbReply entry : entries) {
            if (!(entry instanceof SadbReply.Policies(var snapshots))) {
                return entry;
            }
            all.addAll(snapshots);
        }
        return new SadbReply.Policies(all);
    }
}
