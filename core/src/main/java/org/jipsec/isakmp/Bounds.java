package org.jipsec.isakmp;

/// How much of a kind one message may carry. All are far above what peers send, and keep the number
/// of objects that 64 KiB of hostile octets become small.
public final class Bounds {
    /// Octets of a message, its header included: what UDP can carry, and more than a peer may
    /// announce.
    public static final int MESSAGE = 65535;

    /// Payloads of a message. The busiest clients send some 20 vendor ids.
    public static final int PAYLOADS = 128;

    /// Proposals of an SA payload.
    public static final int PROPOSALS = 128;

    /// Transforms of all proposals of an SA payload together; ike-scan sends 252.
    public static final int TRANSFORMS = 1024;

    /// Attributes of a transform; New Group proposals have the most, some 10.
    public static final int ATTRIBUTES = 64;

    /// Attributes of a mode config payload.
    public static final int CONFIG_ATTRIBUTES = 512;

    /// SPIs of a Delete payload.
    public static final int SPIS = 1024;

    private Bounds() {}
}
