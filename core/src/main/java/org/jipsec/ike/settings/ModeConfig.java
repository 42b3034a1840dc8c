package org.jipsec.ike.settings;

import org.jipsec.wire.Prefix;

import java.net.Inet4Address;
import java.util.List;
import java.util.Optional;

/// `mode_cfg`: what a server tells the clients that ask it for their configuration.
///
/// @param network first address of the pool
/// @param poolSize addresses in it; 0 without a network
/// @param split networks that go through the tunnel, or that do not
/// @param splitIsLocal whether `split` is what stays out of the tunnel
/// @param banner name of a file
/// @param groups the user must be in one of; empty: any user may come
/// @param pfsGroup number that is sent; 0: none
/// @param throttle seconds of penalty behind a failed login; 0: none
public record ModeConfig(
        Optional<Inet4Address> network,
        Optional<Inet4Address> netmask,
        int poolSize,
        List<Inet4Address> nameServers,
        List<Inet4Address> winsServers,
        List<Prefix> split,
        boolean splitIsLocal,
        List<String> splitDomains,
        Optional<String> defaultDomain,
        String banner,
        LoginSource loginSource,
        List<String> groups,
        LoginSource groupSource,
        LoginSource configurationSource,
        LoginSource accounting,
        int pfsGroup,
        boolean savePassword,
        int throttle) {
    public static final ModeConfig DEFAULTS =
            new ModeConfig(
                    Optional.empty(),
                    Optional.empty(),
                    0,
                    List.of(),
                    List.of(),
                    List.of(),
                    false,
                    List.of(),
                    Optional.empty(),
                    "/etc/motd",
                    LoginSource.SYSTEM,
                    List.of(),
                    LoginSource.SYSTEM,
                    LoginSource.LOCAL,
                    LoginSource.NONE,
                    0,
                    false,
                    1);

    public ModeConfig {
        nameServers = List.copyOf(nameServers);
        winsServers = List.copyOf(winsServers);
        split = List.copyOf(split);
        splitDomains = List.copyOf(splitDomains);
        groups = List.copyOf(groups);
    }
}
