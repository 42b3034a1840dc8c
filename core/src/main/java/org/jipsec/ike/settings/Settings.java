package org.jipsec.ike.settings;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// A whole configuration.
///
/// @param complexBundle the whole bundle of a policy is of the outer mode's kind
/// @param receiveBuffer of the PF_KEY socket, in KiB; 0: the system's
/// @param remotes in the order of the text
/// @param sainfos in the order in which they are searched, see [SainfoSettings#weight]
public record Settings(
        Paths paths,
        Padding padding,
        Timers timers,
        Listen listen,
        AdminSocket adminSocket,
        LogLevel logLevel,
        GssEncoding gssEncoding,
        boolean complexBundle,
        long receiveBuffer,
        Optional<Privileges> privileges,
        ModeConfig modeConfig,
        Optional<RadiusSettings> radius,
        Optional<LdapSettings> ldap,
        List<RemoteSettings> remotes,
        List<SainfoSettings> sainfos) {
    /// Nothing to negotiate.
    public static final Settings EMPTY =
            new Settings(
                    Paths.DEFAULTS,
                    Padding.DEFAULTS,
                    Timers.DEFAULTS,
                    Listen.DEFAULTS,
                    AdminSocket.DEFAULTS,
                    LogLevel.INFO,
                    GssEncoding.UTF_16LE,
                    true,
                    0,
                    Optional.empty(),
                    ModeConfig.DEFAULTS,
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    List.of());

    public Settings {
        remotes = List.copyOf(remotes);
        sainfos =
                sainfos.stream()
                        .sorted(Comparator.comparingInt(SainfoSettings::weight).reversed())
                        .toList();
    }

    /// The defaults with these; as tests want it.
    public static Settings of(List<RemoteSettings> remotes, List<SainfoSettings> sainfos) {
        return new Settings(
                EMPTY.paths,
                EMPTY.padding,
                EMPTY.timers,
                EMPTY.listen,
                EMPTY.adminSocket,
                EMPTY.logLevel,
                EMPTY.gssEncoding,
                EMPTY.complexBundle,
                EMPTY.receiveBuffer,
                EMPTY.privileges,
                EMPTY.modeConfig,
                EMPTY.radius,
                EMPTY.ldap,
                remotes,
                sainfos);
    }

    /// Whether any peer may need UDP encapsulation.
    public boolean usesNatTraversal() {
        return remotes.stream().anyMatch(each -> each.natTraversal() != NatTraversal.OFF);
    }
}
