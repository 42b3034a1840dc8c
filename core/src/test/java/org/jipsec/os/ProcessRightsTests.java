package org.jipsec.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.os.ProcessRights.Right;
import org.jipsec.testing.Namespaces;
import org.jipsec.testing.RequiresWire;
import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.util.List;

class ProcessRightsTests {
    @Test
    void readsCapabilities() {
        ProcessRights rights =
                ProcessRights.parse(
                        List.of(
                                "Name:\tjava",
                                "CapInh:\t0000000000000000",
                                "CapEff:\t0000000000003000",
                                "CapBnd:\t000001ffffffffff",
                                "NoNewPrivs:\t1"));
        assertThat(rights.effective()).containsExactly(Right.NET_ADMIN, Right.NET_RAW);
        assertThat(rights.bounding()).containsExactly(Right.values());
        assertThat(rights.noNewPrivileges()).isTrue();
        assertThat(rights.has(Right.SYS_ADMIN)).isFalse();
    }

    @Test
    void hasNoneWhereNothingIsSaid() {
        assertThat(ProcessRights.parse(List.of()).effective()).isEmpty();
    }

    @Test
    @RequiresWire
    void changesSettingsOfTheNamespaceOfTheThread() throws Exception {
        assertThat(ProcessRights.current().has(Right.NET_ADMIN)).isTrue();
        try (Namespaces host = Namespaces.create("a")) {
            String before = Sysctl.read("ipv4/ip_forward");
            host.in(
                    "a",
                    () -> {
                        Sysctl.write("ipv4/ip_forward", "1");
                        return 0;
                    });
            assertThat(host.run("a", "cat", "/proc/sys/net/ipv4/ip_forward")).isEqualTo("1\n");
            assertThat(Sysctl.read("ipv4/ip_forward")).isEqualTo(before);
        }
    }

    @Test
    void saysWhichSettingIsNotThere() {
        assertThatThrownBy(() -> Sysctl.write("ipv4/conf/jt-none/rp_filter", "2"))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("/proc/sys/net/ipv4/conf/jt-none/rp_filter = 2");
        assertThatThrownBy(() -> Sysctl.read("../kernel/hostname"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
