package org.jipsec.os;

/// What a [NetworkMonitor] tells.
public sealed interface NetworkEvent {
    /// A device is new or has changed.
    record LinkChanged(NetworkLink link) implements NetworkEvent {}

    record LinkGone(NetworkLink link) implements NetworkEvent {}

    /// An address is new or has changed.
    record AddressChanged(NetworkAddress address) implements NetworkEvent {}

    record AddressGone(NetworkAddress address) implements NetworkEvent {}

    /// A route is new or has taken the place of another.
    record RouteChanged(NetworkRoute route) implements NetworkEvent {}

    record RouteGone(NetworkRoute route) implements NetworkEvent {}

    record RuleAdded(NetworkRule rule) implements NetworkEvent {}

    record RuleGone(NetworkRule rule) implements NetworkEvent {}

    /// Events were lost: whoever keeps what they told must read everything anew.
    record Resync() implements NetworkEvent {}
}
