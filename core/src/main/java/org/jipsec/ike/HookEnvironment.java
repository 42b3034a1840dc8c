package org.jipsec.ike;

import org.jipsec.wire.IpText;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What a script gets of a phase 1 (racoon.conf(5), `script`): these variables and no others. Those
/// of mode config are there, and empty.
final class HookEnvironment {
    private static final List<String> OF_MODE_CONFIG =
            List.of(
                    "INTERNAL_ADDR4",
                    "INTERNAL_MASK4",
                    "INTERNAL_NETMASK4",
                    "INTERNAL_CIDR4",
                    "INTERNAL_DNS4",
                    "INTERNAL_DNS4_LIST",
                    "INTERNAL_WINS4",
                    "INTERNAL_WINS4_LIST",
                    "DEFAULT_DOMAIN",
                    "SPLIT_INCLUDE",
                    "SPLIT_INCLUDE_CIDR",
                    "SPLIT_LOCAL",
                    "SPLIT_LOCAL_CIDR");

    private HookEnvironment() {}

    static Map<String, String> of(Phase1 phase1) {
        Map<String, String> environment = new LinkedHashMap<>();
        OF_MODE_CONFIG.forEach(name -> environment.put(name, ""));
        environment.put("INTERNAL_CIDR4", "0");
        environment.put("LOCAL_ADDR", IpText.text(phase1.local().getAddress()));
        environment.put("LOCAL_PORT", Integer.toString(phase1.local().getPort()));
        environment.put("REMOTE_ADDR", IpText.text(phase1.peer()));
        environment.put("REMOTE_PORT", Integer.toString(phase1.remote().getPort()));
        phase1.established()
                .map(Phase1State.Established::peer)
                .map(peer -> peer.plainText().orElse(peer.toString()))
                .ifPresent(identity -> environment.put("REMOTE_ID", identity));
        return environment;
    }
}
