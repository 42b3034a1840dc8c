package org.jipsec.ike.settings;

import org.jipsec.wire.Secret;

import java.time.Duration;
import java.util.List;

/// `radiuscfg`.
///
/// @param authentication servers for logins, at most 5
/// @param accounting servers for accounts, at most 5
public record RadiusSettings(
        List<Server> authentication, List<Server> accounting, Duration timeout, int retries) {
    public static final RadiusSettings DEFAULTS =
            new RadiusSettings(List.of(), List.of(), Duration.ofSeconds(3), 3);

    public RadiusSettings {
        authentication = List.copyOf(authentication);
        accounting = List.copyOf(accounting);
    }

    /// @param port 0: the service's own, 1812 or 1813
    public record Server(String host, int port, Secret secret) {}
}
