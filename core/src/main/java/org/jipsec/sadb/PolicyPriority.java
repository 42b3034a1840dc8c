package org.jipsec.sadb;

/// The three bases of a policy's priority. On the wire the smaller number is asked first, so `high
/// + 5`, which is more important than `high`, is `HIGH - 5`.
public final class PolicyPriority {
    public static final int HIGH = 0x4000_0000;
    public static final int DEFAULT = 0x8000_0000;
    public static final int LOW = 0xC000_0000;

    private PolicyPriority() {}
}
