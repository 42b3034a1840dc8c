package org.jipsec.daemon;

/// By which names and numbers jipsec's things in a host are known: nothing else of the host is
/// touched.
public final class WireNames {
    /// What the daemon's own packets carry (`SO_MARK`), so that they are not diverted again; also
    /// the number of the routing table and the priority of the rule that leads there.
    public static final int MARK = 0x6a70;

    public static final int TABLE = MARK;
    public static final int RULE_PRIORITY = MARK;

    /// `rtm_protocol` of the routes, `FRA_PROTOCOL` of the rules: who made them.
    public static final int PROTOCOL = 106;

    /// The metric of the routes that stand in while the device is away: so large that they are
    /// never taken else.
    public static final long GUARD_METRIC = 0xff00_2000L;

    /// The TUN device.
    public static final String DEVICE = "jipsec0";

    /// Of nftables, family inet.
    public static final String FILTER_TABLE = "jipsec";

    private WireNames() {}
}
