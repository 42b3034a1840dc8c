package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SaState;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbEvent.Change;
import org.jipsec.wire.WireException;

import java.time.InstantSource;
import java.util.function.Consumer;

/// What the kernel's multicast messages mean: to what is known of its databases, and, unless we did
/// it ourselves, to the listener.
final class Notifications {
    private final KnownEntries known;
    private final OwnChanges own;
    private final InstantSource clock;
    private final Consumer<SadbEvent> listener;

    Notifications(
            KnownEntries known, OwnChanges own, InstantSource clock, Consumer<SadbEvent> listener) {
        this.known = known;
        this.own = own;
        this.clock = clock;
        this.listener = listener;
    }

    /// @param isOwn we have caused it
    /// @return whether only a dump can tell what it means
    boolean take(NetlinkAnswer answer, boolean isOwn) throws WireException {
        switch (answer.type()) {
            case Xfrm.MSG_NEWSA -> changed(Change.ADDED, SaCodec.read(answer), answer, isOwn);
            case Xfrm.MSG_UPDSA -> changed(Change.UPDATED, SaCodec.read(answer), answer, isOwn);
            case Xfrm.MSG_DELSA -> deleted(SaCodec.readDeleted(answer), answer, isOwn);
            case Xfrm.MSG_FLUSHSA -> {
                IpsecProtocol protocol = EventCodec.flushed(answer);
                known.removeAll(protocol);
                if (isOwn) {
                    own.over(new OwnChanges.Token.Sas(protocol));
                } else {
                    listener.accept(new SadbEvent.SasFlushed(protocol));
                }
            }
            case Xfrm.MSG_EXPIRE -> expired(answer);
            case Xfrm.MSG_NEWPOLICY ->
                    changed(Change.ADDED, PolicyCodec.read(answer), answer, isOwn);
            case Xfrm.MSG_UPDPOLICY ->
                    changed(Change.UPDATED, PolicyCodec.read(answer), answer, isOwn);
            case Xfrm.MSG_DELPOLICY ->
                    changed(Change.DELETED, PolicyCodec.readDeleted(answer), answer, isOwn);
            case Xfrm.MSG_POLEXPIRE -> {
                if (EventCodec.isHard(answer, Xfrm.POLICY_SIZE)) {
                    changed(Change.DELETED, PolicyCodec.read(answer), answer, isOwn);
                }
            }
            case Xfrm.MSG_FLUSHPOLICY -> {
                if (EventCodec.isOfMain(answer)) {
                    known.removePolicies();
                    if (isOwn) {
                        own.over(new OwnChanges.Token.Policies());
                    } else {
                        listener.accept(new SadbEvent.PoliciesFlushed());
                    }
                }
            }
            case Xfrm.MSG_ACQUIRE -> listener.accept(EventCodec.acquire(answer));
            case Xfrm.MSG_MAPPING -> listener.accept(EventCodec.mapping(answer));
            case Xfrm.MSG_MIGRATE -> {
                return true; // SAs and policies have other addresses now, which it does not list
            }
            default -> {} // of a newer kernel
        }
        return false;
    }

    private void changed(Change change, KernelSa sa, NetlinkAnswer answer, boolean isOwn) {
        if (sa.association().protocol() == IpsecProtocol.UNSPEC) {
            return;
        }
        known.put(sa);
        if (isOwn) {
            own.over(new OwnChanges.Token.Sa(sa.association().id()));
        } else {
            listener.accept(
                    new SadbEvent.SaChanged(change, sa.snapshot(mark(answer), clock.instant())));
        }
    }

    private void deleted(KernelSa sa, NetlinkAnswer answer, boolean isOwn) {
        if (sa.association().protocol() == IpsecProtocol.UNSPEC) {
            return;
        }
        known.remove(sa);
        if (isOwn) {
            own.over(new OwnChanges.Token.Sa(sa.association().id()));
        } else {
            listener.accept(
                    new SadbEvent.SaChanged(
                            Change.DELETED, inState(sa, SaState.DEAD, mark(answer))));
        }
    }

    private void changed(Change change, KernelPolicy policy, NetlinkAnswer answer, boolean isOwn) {
        if (!policy.isMain()) {
            return;
        }
        if (change == Change.DELETED) {
            known.remove(policy);
        } else {
            known.put(policy);
        }
        if (isOwn) {
            own.over(OwnChanges.Token.of(policy.policy()));
            own.over(new OwnChanges.Token.OfNumber(policy.policy().id()));
        } else {
            listener.accept(
                    new SadbEvent.PolicyChanged(
                            change,
                            policy.snapshot(answer.sequence(), answer.port(), clock.instant())));
        }
    }

    private void expired(NetlinkAnswer answer) throws WireException {
        KernelSa sa = SaCodec.read(answer);
        if (sa.association().protocol() == IpsecProtocol.UNSPEC) {
            return;
        }
        boolean isHard = EventCodec.isHard(answer, Xfrm.SA_SIZE);
        if (isHard) {
            known.remove(sa);
        }
        SaState state = isHard ? SaState.DEAD : SaState.DYING;
        listener.accept(new SadbEvent.Expire(inState(sa, state, mark(answer)), isHard));
    }

    private SaSnapshot inState(KernelSa sa, SaState state, DumpMark mark) {
        SaSnapshot plain = sa.snapshot(mark, clock.instant());
        return new SaSnapshot(
                plain.association(),
                state,
                plain.current(),
                plain.mark(),
                plain.sequence(),
                plain.unknown());
    }

    private static DumpMark mark(NetlinkAnswer answer) {
        return new DumpMark(answer.sequence(), answer.port(), 0);
    }
}
