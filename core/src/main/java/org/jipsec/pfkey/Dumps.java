package org.jipsec.pfkey;

import org.jipsec.sadb.Errno;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaReference;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;

import java.util.ArrayList;
import java.util.List;

/// Dumps come one entry a message; put together they are one reply.
final class Dumps {
    private Dumps() {}

    /// The policy of the selector and direction of `wanted`, as an answer to a question for it.
    ///
    /// @param dump the answer to a dump of all
    static SadbReply find(Policy wanted, SadbReply dump) {
        if (!(dump instanceof SadbReply.Policies(var snapshots))) {
            return dump;
        }
        for (PolicySnapshot snapshot : snapshots) {
            Policy found = snapshot.policy();
            if (found.direction() == wanted.direction()
                    && found.selector().equals(wanted.selector())) {
                return new SadbReply.FoundPolicy(snapshot);
            }
        }
        return new SadbReply.Refused(Errno.ENOENT, "");
    }

    /// Those of a dump that a deletion of all between two ends means.
    static List<SaReference> between(SadbOperation.DeleteAllSas all, List<SaSnapshot> dump) {
        List<SaReference> meant = new ArrayList<>();
        for (SaSnapshot snapshot : dump) {
            SecurityAssociation sa = snapshot.association();
            if (sa.source().address().equals(all.source().address())
                    && sa.destination().address().equals(all.destination().address())) {
                meant.add(
                        new SaReference(
                                sa.source(), sa.destination(), sa.protocol(), sa.spi(), sa.mode()));
            }
        }
        return meant;
    }

    /// A dump of a database without entries.
    static boolean isEmpty(SadbReply reply) {
        return reply.equals(new SadbReply.Sas(List.of()))
                || reply.equals(new SadbReply.Policies(List.of()));
    }

    /// The one reply that the answers to an operation are together.
    ///
    /// @param parts at least one
    static SadbReply whole(SadbOperation operation, List<SadbReply> parts) {
        return switch (operation) {
            case SadbOperation.DumpSas _ -> associations(parts);
            case SadbOperation.DumpPolicies _ -> policies(parts);
            default -> parts.getLast();
        };
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
