package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.dataplane.SadbEngine;
import org.jipsec.pfkey.Dialect;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;

/// Which backend `auto` is.
class BackendOrderTests {
    @TempDir private Path folder;
    private final List<String> opened = new ArrayList<>();

    @Test
    void isXfrmWhereTheKernelHasEspBehindIt() throws IOException {
        assertThat(backends(true, true).ofKernel(Optional.empty())).isEqualTo(BackendChoice.XFRM);
    }

    @Test
    void isPfkeyWhereThatIsAllTheKernelHas() throws IOException {
        assertThat(backends(false, true).ofKernel(Optional.empty())).isEqualTo(BackendChoice.PFKEY);
    }

    @Test
    void isTheServiceThatRunsWhateverTheKernelHas() throws IOException {
        ServicePlace place = new ServicePlace(folder.resolve("pfkey.sock"));
        Host host = TestMachine.host(Map.of("XDG_RUNTIME_DIR", folder.toString()));
        try (Service _ =
                Service.open(place, host.clock(), Optional.empty(), _ -> {}).orElseThrow()) {
            ServiceBackends backends = new ServiceBackends(host, new Network(), kernel(true, true));
            Optional<Path> socket = Optional.of(place.socket());
            assertThat(backends.leadsToKernel(BackendChoice.AUTO, socket)).isFalse();
            open(backends, BackendChoice.AUTO, socket);
            assertThat(opened).isEmpty();
        }
    }

    @Test
    void isNeverTheKernelForWhoeverNamesASocket() throws IOException {
        Optional<Path> socket = Optional.of(folder.resolve("pfkey.sock"));
        assertThat(backends(true, true).ofKernel(socket)).isEqualTo(BackendChoice.USERSPACE);
        assertThat(backends(true, true).leadsToKernel(BackendChoice.AUTO, socket)).isFalse();
    }

    @Test
    void isTheServiceWhereTheKernelHasNothing() throws IOException {
        assertThat(backends(false, false).ofKernel(Optional.empty()))
                .isEqualTo(BackendChoice.USERSPACE);
    }

    @Test
    void isTheKernelsWhenThatIsNamed() throws IOException {
        ServiceBackends backends = backends(false, false);
        for (BackendChoice choice : List.of(BackendChoice.XFRM, BackendChoice.PFKEY)) {
            assertThat(backends.leadsToKernel(choice, Optional.empty())).isTrue();
            open(backends, choice, Optional.empty());
        }
        assertThat(opened).containsExactly("xfrm", "pfkey");
    }

    @Test
    void speaksToTheKernelAsTheOriginalDoesForWhoeverWantsThat() throws IOException {
        backends(false, true)
                .asSetkey()
                .open(BackendChoice.PFKEY, Optional.empty(), _ -> {})
                .close();
        assertThat(opened).containsExactly("pfkey as setkey");
    }

    @Test
    void saysThatNoServiceRunsWhenThatIsNamed() {
        Optional<Path> socket = Optional.of(folder.resolve("pfkey.sock"));
        assertThatThrownBy(() -> open(backends(true, true), BackendChoice.USERSPACE, socket))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("no userspace service is running");
        assertThat(opened).isEmpty();
    }

    private static void open(ServiceBackends backends, BackendChoice choice, Optional<Path> socket)
            throws IOException {
        backends.open(choice, socket, _ -> {}).close();
    }

    private ServiceBackends backends(boolean esp, boolean pfkey) {
        Host host = TestMachine.host(Map.of("XDG_RUNTIME_DIR", folder.toString()));
        return new ServiceBackends(host, new Network(), kernel(esp, pfkey));
    }

    private KernelBackends kernel(boolean esp, boolean pfkey) {
        return new KernelBackends() {
            @Override
            public boolean hasEspByXfrm() {
                return esp;
            }

            @Override
            public boolean hasPfkey() {
                return pfkey;
            }

            @Override
            public BackendLink xfrm() {
                return link("xfrm");
            }

            @Override
            public BackendLink pfkey(Dialect linux) {
                return link(linux == Dialect.LINUX ? "pfkey" : "pfkey as setkey");
            }

            private BackendLink link(String name) {
                opened.add(name);
                return new XfrmLink(
                        new SadbEngine(InstantSource.system(), new Random(1), 1).backend(),
                        () -> {
                            throw new IOException("no place");
                        });
            }
        };
    }
}
