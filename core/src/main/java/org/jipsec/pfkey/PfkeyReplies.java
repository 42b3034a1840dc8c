package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Count;
import org.jipsec.pfkey.PfkeyExtension.Counts;
import org.jipsec.pfkey.PfkeyExtension.Reason;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SadbReply.Refused;
import org.jipsec.sadb.Statistics;

import java.util.List;

/// What a service answers, as Linux does, and what a client makes of it.
public final class PfkeyReplies {
    /// Nobody needs a longer explanation, and a message has an end.
    private static final int MAXIMUM_REASON = 500;

    private PfkeyReplies() {}

    // ---- the service's side ----

    /// The header alone, as for a flush.
    public static PfkeyMessage done(PfkeyMessage request) {
        return request.withErrno(0).withReserved(0).withExtensions(List.of());
    }

    /// The header with an errno; behind it, for who reads it, why.
    public static PfkeyMessage refused(PfkeyMessage request, Refused refusal, boolean withReason) {
        PfkeyMessage bare = done(request).withErrno(refusal.errno().number());
        if (!withReason || refusal.why().isEmpty()) {
            return bare;
        }
        String why = refusal.why();
        return bare.withExtensions(
                List.of(
                        new Reason(
                                why.length() > MAXIMUM_REASON
                                        ? why.substring(0, MAXIMUM_REASON)
                                        : why)));
    }

    /// An SA; with the header's type, sequence and process id from `request`.
    public static PfkeyMessage association(PfkeyMessage request, SaSnapshot snapshot) {
        return association(request, snapshot, false);
    }

    /// Likewise.
    ///
    /// @param withSequence for who reads the private extensions: where its numbers stand
    public static PfkeyMessage association(
            PfkeyMessage request, SaSnapshot snapshot, boolean withSequence) {
        return new PfkeyMessage(
                PfkeyMessage.VERSION,
                request.type(),
                0,
                snapshot.association().protocol().saType(),
                snapshot.mark().references(),
                request.sequence(),
                request.processId(),
                SaMapping.answer(snapshot, withSequence));
    }

    /// A policy, likewise.
    ///
    /// @param references what Linux's count is at that moment
    public static PfkeyMessage policy(
            PfkeyMessage request, PolicySnapshot snapshot, int references) {
        return new PfkeyMessage(
                PfkeyMessage.VERSION,
                request.type(),
                0,
                0,
                references,
                request.sequence(),
                request.processId(),
                PolicyMapping.answer(snapshot));
    }

    /// An entry of a dump: its mark has the sequence number.
    public static PfkeyMessage entry(
            PfkeyMessage request, SaSnapshot snapshot, boolean withSequence) {
        return association(numbered(request, snapshot.mark().sequence()), snapshot, withSequence);
    }

    /// An entry of a dump: its mark has the sequence number and the reference count.
    public static PfkeyMessage entry(PfkeyMessage request, PolicySnapshot snapshot) {
        return policy(
                numbered(request, snapshot.mark().sequence()),
                snapshot,
                snapshot.mark().references());
    }

    /// The counters of the packet path.
    public static PfkeyMessage counted(PfkeyMessage request, Statistics statistics) {
        List<Count> counters =
                statistics.counters().stream()
                        .map(counter -> new Count(counter.name(), "", counter.value()))
                        .toList();
        List<Count> drops =
                statistics.drops().stream()
                        .map(drop -> new Count(drop.name(), drop.sentence(), drop.packets()))
                        .toList();
        return done(request)
                .withExtensions(
                        List.of(
                                new Counts(ExtensionType.JIPSEC_COUNTERS, counters),
                                new Counts(ExtensionType.JIPSEC_DROPS, drops)));
    }

    // ---- the client's side ----

    /// What the only or last message of an answer says. An empty dump, which Linux refuses with
    /// ENOENT, is a dump without entries.
    ///
    /// @throws RefusalException the answer lacks what it should have
    static SadbReply read(SadbOperation operation, PfkeyMessage answer) throws RefusalException {
        return read(operation, answer, Dialect.LINUX);
    }

    private static SaSnapshot association(PfkeyMessage answer, Dialect dialect)
            throws RefusalException {
        return dialect.named(SaMapping.snapshot(answer));
    }

    /// Likewise.
    ///
    /// @param dialect of who answers, for what he does not say of himself
    static SadbReply read(SadbOperation operation, PfkeyMessage answer, Dialect dialect)
            throws RefusalException {
        if (answer.errno() != 0) {
            return refusal(operation, answer);
        }
        return switch (operation) {
            case SadbOperation.AddSa _,
                    SadbOperation.UpdateSa _,
                    SadbOperation.DeleteSa _,
                    SadbOperation.RestoreSa _,
                    SadbOperation.DeleteAllSas _,
                    SadbOperation.FlushSas _,
                    SadbOperation.AddPolicy _,
                    SadbOperation.UpdatePolicy _,
                    SadbOperation.RestorePolicy _,
                    SadbOperation.DeletePolicy _,
                    SadbOperation.DeletePolicyById _,
                    SadbOperation.SetPolicyIndex _,
                    SadbOperation.FlushPolicies _ ->
                    new SadbReply.Done();
            case SadbOperation.GetSa _ -> new SadbReply.Sa(association(answer, dialect));
            case SadbOperation.DumpSas _ ->
                    new SadbReply.Sas(List.of(association(answer, dialect)));
            case SadbOperation.GetPolicy _, SadbOperation.GetPolicyById _ ->
                    new SadbReply.FoundPolicy(PolicyMapping.snapshot(answer));
            case SadbOperation.DumpPolicies _ ->
                    new SadbReply.Policies(List.of(PolicyMapping.snapshot(answer)));
            case SadbOperation.ReserveSpi _ ->
                    new SadbReply.SpiReserved(
                            Numbers.needed(answer.first(Association.class).orElse(null), "the SA")
                                    .spi());
            case SadbOperation.Register _ ->
                    new SadbReply.Registered(
                            CapabilityMapping.capabilities(answer, dialect.features()));
            case SadbOperation.GetStatistics _ -> new SadbReply.Counted(statistics(answer));
            case SadbOperation.RefuseAcquire _ -> new SadbReply.Done();
        };
    }

    /// Whether a good answer of this type says more than that it is done. It is [#read] by its
    /// header where it does not.
    static boolean isMoreThanDone(PfkeyMessage header) {
        return header.knownType()
                .map(
                        type ->
                                switch (type) {
                                    case UPDATE,
                                            ADD,
                                            DELETE,
                                            FLUSH,
                                            X_SPDUPDATE,
                                            X_SPDADD,
                                            X_SPDDELETE,
                                            X_SPDFLUSH,
                                            X_SPDSETIDX,
                                            X_SPDDELETE2,
                                            JIPSEC_RESTORE ->
                                            false;
                                    case GETSPI,
                                            GET,
                                            ACQUIRE,
                                            REGISTER,
                                            EXPIRE,
                                            DUMP,
                                            X_PROMISC,
                                            X_PCHANGE,
                                            X_SPDGET,
                                            X_SPDACQUIRE,
                                            X_SPDDUMP,
                                            X_SPDEXPIRE,
                                            X_NAT_T_NEW_MAPPING,
                                            X_MIGRATE,
                                            JIPSEC_WHOLE,
                                            JIPSEC_STATISTICS,
                                            JIPSEC_CAPABILITIES ->
                                            true;
                                })
                .orElse(true);
    }

    private static SadbReply refusal(SadbOperation operation, PfkeyMessage answer) {
        boolean isNothingThere = answer.errno() == Errno.ENOENT.number();
        if (isNothingThere && operation instanceof SadbOperation.DumpSas) {
            return new SadbReply.Sas(List.of());
        }
        if (isNothingThere && operation instanceof SadbOperation.DumpPolicies) {
            return new SadbReply.Policies(List.of());
        }
        return refused(answer);
    }

    /// What the errno of an answer says, and its reason.
    static Refused refused(PfkeyMessage answer) {
        String why = answer.first(Reason.class).map(Reason::text).orElse("");
        return Errno.numbered(answer.errno())
                .map(errno -> new Refused(errno, why))
                .orElseGet(() -> new Refused(Errno.EINVAL, "errno " + answer.errno()));
    }

    private static Statistics statistics(PfkeyMessage answer) throws RefusalException {
        Counts counters =
                Numbers.needed(
                        answer.first(Counts.class, ExtensionType.JIPSEC_COUNTERS), "counters");
        Counts drops =
                Numbers.needed(answer.first(Counts.class, ExtensionType.JIPSEC_DROPS), "drops");
        return new Statistics(
                counters.counts().stream()
                        .map(count -> new Statistics.Counter(count.name(), count.value()))
                        .toList(),
                drops.counts().stream()
                        .map(
                                count ->
                                        new Statistics.Drop(
                                                count.name(), count.sentence(), count.value()))
                        .toList());
    }

    private static PfkeyMessage numbered(PfkeyMessage request, int sequence) {
        return new PfkeyMessage(
                request.version(),
                request.type(),
                0,
                request.saType(),
                0,
                sequence,
                request.processId(),
                List.of());
    }
}
