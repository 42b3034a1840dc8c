package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.cli.KernelModules.Presence;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class KernelModulesTests {
    @TempDir private Path folder;

    private KernelModules written() throws IOException {
        Files.writeString(
                folder.resolve("loaded"), "xfrm_user 61440 2 - Live 0x0\nah4 16384 0 - Live 0x0\n");
        Files.writeString(folder.resolve("modules.builtin"), "kernel/crypto/sha256_generic.ko\n");
        Files.writeString(
                folder.resolve("modules.dep"),
                """
                kernel/net/ipv4/esp4.ko.xz: kernel/net/xfrm/xfrm_algo.ko.xz
                kernel/arch/x86/crypto/camellia-x86_64.ko:
                kernel/crypto/camellia_generic.ko.zst:
                """);
        Files.writeString(
                folder.resolve("modules.alias"),
                """
                alias xfrm-type-2-50 esp4
                alias crypto-camellia camellia-x86_64
                alias crypto-camellia camellia_generic
                alias crypto-sha256 sha256_generic
                alias pci:v00008086d* e1000
                """);
        Files.writeString(
                folder.resolve("modules.builtin.modinfo"),
                "sha256_generic.alias=crypto-sha224\0md5.license=GPL\0");
        return KernelModules.read(folder.resolve("loaded"), folder, true);
    }

    @Test
    void tellsWhatIsLoadedBuiltInLoadableAndUnknown() throws IOException {
        KernelModules modules = written();
        assertThat(modules.presence("ah4")).isEqualTo(Presence.LOADED);
        assertThat(modules.presence("sha256_generic")).isEqualTo(Presence.LOADED);
        assertThat(modules.presence("esp4")).isEqualTo(Presence.LOADABLE);
        assertThat(modules.presence("camellia_x86_64")).isEqualTo(Presence.LOADABLE);
        assertThat(modules.presence("af_key")).isEqualTo(Presence.UNKNOWN);
    }

    @Test
    void tellsWhichModuleAskingWouldLoad() throws IOException {
        KernelModules modules = written();
        assertThat(modules.toLoad("xfrm-type-2-50")).contains("esp4");
        assertThat(modules.toLoad("crypto-camellia")).contains("camellia_x86_64");
        assertThat(modules.toLoad("crypto-sha256")).isEmpty();
        assertThat(modules.toLoad("crypto-unheard-of")).isEmpty();
        assertThat(modules.isHere("crypto-sha224", "sha224")).isTrue();
        assertThat(modules.isHere("crypto-camellia", "camellia")).isFalse();
    }

    @Test
    void knowsNothingWhereThereAreNoLists() {
        KernelModules modules =
                KernelModules.read(folder.resolve("none"), folder.resolve("none"), true);
        assertThat(modules.presence("esp4")).isEqualTo(Presence.UNKNOWN);
        assertThat(modules.toLoad("xfrm-type-2-50")).isEmpty();
    }
}
