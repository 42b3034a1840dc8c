package org.jipsec.ike;

import org.jipsec.ike.settings.HookEvent;
import org.jipsec.sadb.SadbOperation;

import java.net.InetSocketAddress;
import java.util.Map;

/// What the engine wants done, in this order. It never blocks, sleeps, or opens anything itself.
public sealed interface IkeEffect {
    record Send(UdpDatagram datagram) implements IkeEffect {}

    /// One octet of ones goes the way that ESP in UDP goes, so that a NAT remembers it (RFC 3948
    /// 4).
    record KeepAlive(InetSocketAddress local, InetSocketAddress remote) implements IkeEffect {}

    /// Carried out by the backend, in the order of the asking; its reply comes back by
    /// [IkeInput.Answered].
    record Ask(long number, SadbOperation operation) implements IkeEffect {}

    /// For a worker; its result comes back by [IkeInput.Computed].
    record Compute(long number, Computation computation) implements IkeEffect {}

    record Report(IkeReport report) implements IkeEffect {}

    /// A script of the user's is run (`script` in racoon.conf).
    ///
    /// @param environment all that it gets
    record RunHook(String script, HookEvent event, Map<String, String> environment)
            implements IkeEffect {}

    /// After [IkeInput.Stop]: all is said and undone, and nothing else will come.
    record Finished() implements IkeEffect {}
}
