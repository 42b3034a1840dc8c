package org.jipsec.xfrm;

import org.jipsec.os.NetlinkAnswer;
import org.jipsec.os.NetlinkRequest;
import org.jipsec.sadb.Direction;
import org.jipsec.wire.Wire;
import org.jipsec.wire.WireException;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What a kernel does with packets that no policy matches (`XFRM_MSG_GETDEFAULT`, Linux 5.15):
/// accept them or, where somebody has set it so, drop them. No flush changes it.
///
/// @param blocked the directions in which they are dropped
public record DefaultPolicies(Set<Direction> blocked) {
    private static final int RECEIVE_BUFFER = 1 << 16;
    private static final int BLOCK = 1;

    /// In the kernel's order.
    private static final List<Direction> DIRECTIONS =
            List.of(Direction.IN, Direction.FWD, Direction.OUT);

    public DefaultPolicies {
        blocked = Set.copyOf(blocked);
    }

    /// Those of the calling thread's network namespace.
    ///
    /// @param timeout how long to wait for the answer
    /// @return empty when the kernel does not tell: it is older, or we have not the right
    /// @throws IOException there is no XFRM, or it does not answer
    public static Optional<DefaultPolicies> ofThisThread(Duration timeout) throws IOException {
        try (KernelXfrmChannel channel = KernelXfrmChannel.open(RECEIVE_BUFFER)) {
            return read(new XfrmExchange(channel, timeout));
        } catch (WireException wrong) {
            throw XfrmExchange.unintelligible(wrong);
        }
    }

    static Optional<DefaultPolicies> read(XfrmExchange exchange) throws IOException, WireException {
        XfrmExchange.Answer answer =
                exchange.ask(
                        new NetlinkRequest(Xfrm.MSG_GETDEFAULT, NetlinkRequest.ACKNOWLEDGED)
                                .octets(new byte[DIRECTIONS.size()]));
        return answer.refusal().isPresent()
                ? Optional.empty()
                : Optional.of(read(answer.only(Xfrm.MSG_GETDEFAULT)));
    }

    private static DefaultPolicies read(NetlinkAnswer answer) throws WireException {
        ByteBuffer in = answer.rewound();
        Set<Direction> blocked = EnumSet.noneOf(Direction.class);
        for (Direction direction : DIRECTIONS) {
            if (Wire.u8(in) == BLOCK) {
                blocked.add(direction);
            }
        }
        return new DefaultPolicies(blocked);
    }
}
