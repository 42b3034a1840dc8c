package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyCodec;
import org.jipsec.pfkey.PfkeyRequests;
import org.jipsec.pfkey.RefusalException;
import org.jipsec.sadb.BackendPart;
import org.jipsec.sadb.CurrentLifetime;
import org.jipsec.sadb.DumpMark;
import org.jipsec.sadb.Errno;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Outcome;
import org.jipsec.sadb.PolicySnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.wire.WireException;
import org.jipsec.xfrm.Originals;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What undoes a change: the operations, keys and all, and what of the databases was jsetkey's own
/// before it.
///
/// @param summary of the change
/// @param ledger the [Ledger] of before the change, of what was there
/// @param operations what puts everything back
record Undo(String summary, String ledger, List<SadbOperation> operations) {
    Undo {
        operations = List.copyOf(operations);
    }

    void write(DataOutputStream to) throws IOException {
        to.writeUTF(summary);
        write(to, ledger.getBytes(StandardCharsets.UTF_8));
        to.writeInt(operations.size());
        for (SadbOperation operation : operations) {
            write(to, PfkeyCodec.encode(PfkeyRequests.message(operation, 0, 0)).array());
            write(to, own(operation).map(BackendPart::octets).orElse(new byte[0]));
        }
    }

    /// What PF_KEY has no words for.
    private static Optional<BackendPart> own(SadbOperation operation) {
        return switch (operation) {
            case SadbOperation.RestoreSa(var snapshot) -> snapshot.own();
            case SadbOperation.RestorePolicy(var snapshot) -> snapshot.own();
            default -> Optional.empty();
        };
    }

    private static void write(DataOutputStream to, byte[] octets) throws IOException {
        to.writeInt(octets.length);
        to.write(octets);
    }

    /// @throws IOException it is not what was written
    static Undo read(DataInputStream from) throws IOException {
        String summary = from.readUTF();
        String ledger = new String(readOctets(from), StandardCharsets.UTF_8);
        List<SadbOperation> operations = new ArrayList<>();
        try {
            for (int left = from.readInt(); left > 0; left--) {
                SadbOperation operation =
                        PfkeyRequests.operation(
                                PfkeyCodec.decode(ByteBuffer.wrap(readOctets(from))));
                byte[] own = readOctets(from);
                operations.add(own.length == 0 ? operation : with(Originals.read(own), operation));
            }
        } catch (WireException | RefusalException torn) {
            throw new IOException("what undoes the change is torn", torn);
        }
        return new Undo(summary, ledger, operations);
    }

    private static SadbOperation with(BackendPart own, SadbOperation operation) throws IOException {
        return switch (operation) {
            case SadbOperation.RestoreSa(var plain) -> new SadbOperation.RestoreSa(plain.with(own));
            case SadbOperation.UpdatePolicy(var policy) ->
                    new SadbOperation.RestorePolicy(
                            new PolicySnapshot(
                                    policy,
                                    new CurrentLifetime(0, 0, Instant.EPOCH, Optional.empty()),
                                    new DumpMark(0, 0, 0),
                                    Optional.of(own)));
            default -> throw new IOException("what undoes the change is torn");
        };
    }

    private static byte[] readOctets(DataInputStream from) throws IOException {
        int length = from.readInt();
        byte[] octets = from.readNBytes(Math.max(length, 0));
        if (octets.length != length) {
            throw new EOFException("what undoes the change is torn");
        }
        return octets;
    }

    /// Puts everything back as one or, when others have changed something meanwhile, as far as it
    /// goes; and the list of what is jsetkey's own too.
    ///
    /// @return how many operations were refused
    int carryOut(SadbBackend backend, StatePlace place, InstantSource clock) throws IOException {
        Instant from = clock.instant();
        int refused = carryOut(backend);
        recall(backend, place, from, clock);
        return refused;
    }

    private int carryOut(SadbBackend backend) throws IOException {
        if (backend.executeWhole(operations, (_, _) -> {}) instanceof Outcome.Carried) {
            return 0;
        }
        int[] refused = {0};
        backend.executeAll(
                operations,
                (_, reply) -> {
                    boolean isGone =
                            reply instanceof SadbReply.Refused(Errno errno, _)
                                    && (errno == Errno.ESRCH || errno == Errno.ENOENT);
                    refused[0] += reply instanceof SadbReply.Refused && !isGone ? 1 : 0;
                });
        return refused[0];
    }

    /// As [Ledger#recall]. Without a place to write it, `--prune` knows less: nothing else fails
    /// for that.
    void recall(SadbBackend backend, StatePlace place, Instant from, InstantSource clock) {
        try {
            if (backend.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                            instanceof SadbReply.Sas(var associations)
                    && backend.execute(new SadbOperation.DumpPolicies())
                            instanceof SadbReply.Policies(var policies)) {
                Ledger.recall(
                        place,
                        Ledger.of(place, ledger.getBytes(StandardCharsets.UTF_8)),
                        operations,
                        associations,
                        policies,
                        from,
                        clock.instant());
            }
        } catch (IOException unwritable) {
            // --prune leaves alone what it does not know
        }
    }

    /// Without keys.
    @Override
    public String toString() {
        return summary;
    }
}
