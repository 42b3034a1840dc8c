package org.jipsec.dataplane;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jspecify.annotations.Nullable;

import java.util.function.Consumer;

/// The databases as they will be when a list of operations is done, beside those that packets go
/// by. Only what the list changes is copied, and what it flushes first is not. Under the engine's
/// lock; whoever drops it has changed nothing.
final class Draft {
    private final SadOperations oldSad;
    private final SpdOperations oldSpd;
    private final Consumer<SadbEvent> events;
    private @Nullable SadOperations newSad;
    private @Nullable SpdOperations newSpd;

    /// @param events is told what the operations of a database that was not copied would tell
    Draft(SadOperations sad, SpdOperations spd, Consumer<SadbEvent> events) {
        this.oldSad = sad;
        this.oldSpd = spd;
        this.events = events;
    }

    SadOperations sad() {
        return newSad == null ? oldSad : newSad;
    }

    SpdOperations spd() {
        return newSpd == null ? oldSpd : newSpd;
    }

    /// Makes sure that the operation changes nothing that packets go by.
    void prepare(SadbOperation operation) {
        switch (operation) {
            case SadbOperation.FlushSas(var protocol) when protocol == IpsecProtocol.UNSPEC -> {
                if (newSad == null) {
                    if (oldSad.associations().size() > 0) {
                        events.accept(new SadbEvent.SasFlushed(protocol));
                    }
                    newSad = oldSad.blank();
                }
            }
            case SadbOperation.FlushPolicies _ -> {
                if (newSpd == null) {
                    if (oldSpd.policies().size() > 0) {
                        events.accept(new SadbEvent.PoliciesFlushed());
                    }
                    newSpd = oldSpd.blank();
                }
            }
            case SadbOperation.AddSa _,
                    SadbOperation.UpdateSa _,
                    SadbOperation.RestoreSa _,
                    SadbOperation.DeleteSa _,
                    SadbOperation.DeleteAllSas _,
                    SadbOperation.ReserveSpi _,
                    SadbOperation.RefuseAcquire _,
                    SadbOperation.FlushSas _ -> {
                if (newSad == null) {
                    newSad = oldSad.copy();
                }
            }
            case SadbOperation.AddPolicy _,
                    SadbOperation.UpdatePolicy _,
                    SadbOperation.RestorePolicy _,
                    SadbOperation.DeletePolicy _,
                    SadbOperation.DeletePolicyById _,
                    SadbOperation.SetPolicyIndex _ -> {
                if (newSpd == null) {
                    newSpd = oldSpd.copy();
                }
            }
            case SadbOperation.GetSa _,
                    SadbOperation.DumpSas _,
                    SadbOperation.GetPolicy _,
                    SadbOperation.GetPolicyById _,
                    SadbOperation.DumpPolicies _,
                    SadbOperation.Register _,
                    SadbOperation.GetStatistics _ -> {}
        }
    }

    Databases databases() {
        return new Databases(sad().associations(), spd().policies());
    }

    /// After packets go by the new databases.
    void takeOver() {
        if (newSad != null) {
            newSad.associations().takeOver();
        }
    }
}
