package org.jipsec.pfkey;

import org.jipsec.pfkey.PfkeyExtension.Algorithm;
import org.jipsec.pfkey.PfkeyExtension.Association;
import org.jipsec.pfkey.PfkeyExtension.Combination;
import org.jipsec.pfkey.PfkeyExtension.ExtendedAssociation;
import org.jipsec.pfkey.PfkeyExtension.Key;
import org.jipsec.pfkey.PfkeyExtension.Proposal;
import org.jipsec.pfkey.PfkeyExtension.Supported;
import org.jipsec.pfkey.PfkeyExtension.Unknown;
import org.jipsec.wire.Bytes;
import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// The numbers of a message as a [Dialect] has them, and back. What has the same octets under
/// another number, or under none, is exchanged here; what has other octets is the codec's.
///
/// The BSDs' `sadb_x_nat_t_frag` and FreeBSD's `sadb_x_sa_replay` are, together, an
/// [ExtendedAssociation]; NetBSD counts the window of `sadb_sa` in octets of its bitmap, FreeBSD
/// too.
final class Translation {
    private static final int FRAGMENT_SIZE = 25;
    private static final int REPLAY = 26;
    private static final int FIELD_MAXIMUM = 255;

    private Translation() {}

    static PfkeyMessage toWire(PfkeyMessage message, Dialect dialect) {
        if (dialect == Dialect.JIPSEC) {
            return message;
        }
        List<PfkeyExtension> said = new ArrayList<>(message.extensions().size());
        ExtendedAssociation extended = message.first(ExtendedAssociation.class).orElse(null);
        for (PfkeyExtension extension : message.extensions()) {
            if (extension.number() >= ExtensionType.PRIVATE) {
                continue;
            }
            said.add(
                    extension instanceof Association sa
                            ? toWire(sa, message, extended, dialect)
                            : extension);
        }
        if (extended != null && dialect == Dialect.FREEBSD && extended.replayWindow() > 0) {
            ByteBuffer window = body(4).putInt(extended.replayWindow()).flip();
            said.add(new Unknown(REPLAY, Bytes.rest(window)));
        }
        if (extended != null && dialect.isBsd() && extended.fragmentSize() > 0) {
            ByteBuffer size =
                    body(4).putShort((short) extended.fragmentSize()).putShort((short) 0).flip();
            said.add(new Unknown(FRAGMENT_SIZE, Bytes.rest(size)));
        }
        return renumbered(message, dialect.saTypeOnWire(message.saType()), said);
    }

    static PfkeyMessage fromWire(PfkeyMessage message, Dialect dialect) {
        if (dialect == Dialect.JIPSEC) {
            return message;
        }
        List<PfkeyExtension> understood = new ArrayList<>(message.extensions().size() + 1);
        int fragmentSize = 0;
        int window = -1;
        Association association = null;
        for (PfkeyExtension extension : message.extensions()) {
            switch (extension) {
                case Association sa -> {
                    association = fromWire(sa, dialect);
                    if (dialect.isBsd() && sa.replay() * 8 > FIELD_MAXIMUM) {
                        window = Math.max(window, sa.replay() * 8);
                    }
                    understood.add(association);
                }
                case Supported supported -> understood.add(fromWire(supported, dialect));
                case Proposal proposal -> understood.add(fromWire(proposal, dialect));
                case Unknown(int number, Bytes body)
                        when dialect.isBsd() && number == FRAGMENT_SIZE && body.length() >= 4 ->
                        fragmentSize = body.buffer().order(PfkeyCodec.HOST).getShort(0) & 0xffff;
                case Unknown(int number, Bytes body)
                        when dialect == Dialect.FREEBSD && number == REPLAY && body.length() >= 4 ->
                        window = body.buffer().order(PfkeyCodec.HOST).getInt(0);
                default -> understood.add(extension);
            }
        }
        if (association != null && (fragmentSize > 0 || window >= 0)) {
            understood.add(
                    new ExtendedAssociation(
                            association.flags(),
                            window < 0 ? association.replay() : Math.min(window, 0xffff),
                            false,
                            fragmentSize));
        }
        return renumbered(message, dialect.saTypeFromWire(message.saType()), understood);
    }

    /// An algorithm that the dialect has no number for becomes 0, which no kernel takes.
    private static Association toWire(
            Association sa,
            PfkeyMessage message,
            @Nullable ExtendedAssociation extended,
            Dialect dialect) {
        Key key = message.first(Key.class, ExtensionType.KEY_AUTHENTICATION);
        int packets = extended == null ? sa.replay() : extended.replayWindow();
        return new Association(
                sa.spi(),
                dialect.isBsd() ? Math.min((packets + 7) / 8, FIELD_MAXIMUM) : sa.replay(),
                sa.state(),
                dialect.authenticationOnWire(sa.authentication(), key == null ? 0 : key.bits())
                        .orElse(0),
                sa.encryption(),
                sa.flags());
    }

    private static Association fromWire(Association sa, Dialect dialect) {
        return new Association(
                sa.spi(),
                dialect.isBsd() ? Math.min(sa.replay() * 8, FIELD_MAXIMUM) : sa.replay(),
                sa.state(),
                dialect.authenticationFromWire(sa.authentication()),
                sa.encryption(),
                sa.flags());
    }

    private static Supported fromWire(Supported supported, Dialect dialect) {
        boolean macs = supported.type() == ExtensionType.SUPPORTED_AUTHENTICATION;
        List<Algorithm> algorithms = new ArrayList<>(supported.algorithms().size());
        for (Algorithm algorithm : supported.algorithms()) {
            algorithms.add(
                    new Algorithm(
                            macs ? dialect.authenticationFromWire(algorithm.id()) : algorithm.id(),
                            algorithm.ivLength(),
                            algorithm.minimumBits(),
                            algorithm.maximumBits()));
        }
        return new Supported(supported.type(), algorithms);
    }

    private static Proposal fromWire(Proposal proposal, Dialect dialect) {
        List<Combination> combinations = new ArrayList<>(proposal.combinations().size());
        for (Combination one : proposal.combinations()) {
            combinations.add(
                    new Combination(
                            dialect.authenticationFromWire(one.authentication()),
                            one.encryption(),
                            one.flags(),
                            one.authenticationMinimum(),
                            one.authenticationMaximum(),
                            one.encryptionMinimum(),
                            one.encryptionMaximum(),
                            one.soft(),
                            one.hard()));
        }
        return new Proposal(proposal.replay(), combinations);
    }

    private static ByteBuffer body(int octets) {
        return ByteBuffer.allocate(octets).order(PfkeyCodec.HOST);
    }

    private static PfkeyMessage renumbered(
            PfkeyMessage message, int saType, List<PfkeyExtension> extensions) {
        return new PfkeyMessage(
                message.version(),
                message.type(),
                message.errno(),
                saType,
                message.reserved(),
                message.sequence(),
                message.processId(),
                extensions);
    }
}
