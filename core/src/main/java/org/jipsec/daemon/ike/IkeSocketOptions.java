package org.jipsec.daemon.ike;

import org.jipsec.daemon.WireNames;

/// How the kernel's UDP sockets of IKE are set up.
///
/// @param mark SO_MARK of what is sent, 0 for none
/// @param bypass whether the kernel's IPsec policies are to pass IKE by
/// @param takesEsp whether the kernel's IPsec is to take ESP out of what comes
public record IkeSocketOptions(int mark, boolean bypass, boolean takesEsp) {
    /// Beside the kernel's IPsec.
    public static IkeSocketOptions kernel() {
        return new IkeSocketOptions(0, true, true);
    }

    /// Beside the userspace stack: the mark keeps what is sent from being diverted into it.
    public static IkeSocketOptions userspace() {
        return new IkeSocketOptions(WireNames.MARK, false, false);
    }

    /// Without any IPsec, and without rights: for tests, and databases in memory.
    public static IkeSocketOptions plain() {
        return new IkeSocketOptions(0, false, false);
    }
}
