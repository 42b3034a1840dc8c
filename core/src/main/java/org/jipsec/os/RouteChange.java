package org.jipsec.os;

/// One step of [Rtnetlink#apply].
public record RouteChange(Kind kind, NetworkRoute route) {
    /// What is done with the route.
    public enum Kind {
        /// Refused with EEXIST where there is one to the same destination with the same metric.
        ADD,
        /// Takes the place of the one to the same destination with the same metric, if there is
        /// one.
        REPLACE,
        /// Refused with ESRCH where there is none.
        DELETE
    }

    /// A step that the kernel did not take.
    public record Refusal(RouteChange change, OsException reason) {}

    NetlinkRequest request() {
        return switch (kind) {
            case ADD -> RouteCodec.add(route);
            case REPLACE -> RouteCodec.replace(route);
            case DELETE -> RouteCodec.delete(route);
        };
    }

    @Override
    public String toString() {
        return kind + " " + route;
    }
}
