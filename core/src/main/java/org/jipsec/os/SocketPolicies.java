package org.jipsec.os;

/// Policies of a single socket, which the kernel asks before its SPD.
final class SocketPolicies {
    private static final int IN = 0; // XFRM_POLICY_IN
    private static final int OUT = 1;

    private SocketPolicies() {}

    /// By XFRM, or by PF_KEY on a kernel that has only that.
    static void bypass(UdpSocket socket) throws OsException {
        try {
            byXfrm(socket, IN);
            byXfrm(socket, OUT);
        } catch (OsException refused) {
            if (refused.is(ErrorNumber.EPERM)) {
                throw refused;
            }
            byPfkey(socket, IN);
            byPfkey(socket, OUT);
        }
    }

    /// A struct xfrm_userpolicy_info without templates: XFRM_POLICY_ALLOW, for everything.
    private static void byXfrm(UdpSocket socket, int direction) throws OsException {
        try (NativeBuffer policy = NativeBuffer.ofSize(Layouts.XFRM_POLICY_SIZE)) {
            policy.putShort(Layouts.XFRM_POLICY_FAMILY, (short) socket.family().number());
            policy.put(Layouts.XFRM_POLICY_DIRECTION, (byte) direction);
            int option =
                    switch (socket.family()) {
                        case IPV4 -> Layouts.IP_XFRM_POLICY;
                        case IPV6 -> Layouts.IPV6_XFRM_POLICY;
                    };
            set(socket, "XFRM_POLICY", option, policy);
        }
    }

    private static void byPfkey(UdpSocket socket, int direction) throws OsException {
        try (NativeBuffer policy = NativeBuffer.ofSize(Layouts.SADB_X_POLICY_SIZE)) {
            policy.putShort(Layouts.SADB_X_POLICY_LENGTH, (short) (Layouts.SADB_X_POLICY_SIZE / 8));
            policy.putShort(Layouts.SADB_X_POLICY_EXTENSION, (short) Layouts.SADB_X_EXT_POLICY);
            policy.putShort(Layouts.SADB_X_POLICY_TYPE, (short) Layouts.IPSEC_POLICY_BYPASS);
            policy.put(Layouts.SADB_X_POLICY_DIRECTION, (byte) (direction + 1));
            int option =
                    switch (socket.family()) {
                        case IPV4 -> Layouts.IP_IPSEC_POLICY;
                        case IPV6 -> Layouts.IPV6_IPSEC_POLICY;
                    };
            set(socket, "IPSEC_POLICY", option, policy);
        }
    }

    private static void set(UdpSocket socket, String name, int option, NativeBuffer policy)
            throws OsException {
        int level =
                switch (socket.family()) {
                    case IPV4 -> Layouts.SOL_IP;
                    case IPV6 -> Layouts.SOL_IPV6;
                };
        if (Libc.setsockopt(socket.number(), level, option, policy.address(), policy.size()) < 0) {
            throw new OsException("setsockopt", socket + ", " + name + " = bypass", Libc.errno());
        }
    }
}
