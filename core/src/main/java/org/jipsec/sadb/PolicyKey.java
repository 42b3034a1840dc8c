package org.jipsec.sadb;

import java.util.Optional;

/// What tells one policy from another: there is one of each at a time.
///
/// @param selector any protocol is [Selector#ANY_PROTOCOL] in it, however it was written
public record PolicyKey(Direction direction, Selector selector, Optional<SecurityContext> context) {
    public static PolicyKey of(Policy policy) {
        Selector selector = policy.selector();
        Selector normal =
                selector.protocol() == 0
                        ? new Selector(
                                selector.source(),
                                selector.sourcePort(),
                                selector.destination(),
                                selector.destinationPort(),
                                Selector.ANY_PROTOCOL)
                        : selector;
        return new PolicyKey(policy.direction(), normal, policy.context());
    }

    /// Whether a packet can be for both.
    public boolean meets(PolicyKey other) {
        Selector left = selector;
        Selector right = other.selector;
        return direction == other.direction
                && (left.source().contains(right.source())
                        || right.source().contains(left.source()))
                && (left.destination().contains(right.destination())
                        || right.destination().contains(left.destination()))
                && meet(left.protocol(), right.protocol(), Selector.ANY_PROTOCOL)
                && meet(left.sourcePort(), right.sourcePort(), 0)
                && meet(left.destinationPort(), right.destinationPort(), 0);
    }

    private static boolean meet(int left, int right, int any) {
        return left == right || left == any || right == any;
    }
}
