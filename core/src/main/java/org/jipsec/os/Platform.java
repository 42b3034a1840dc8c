package org.jipsec.os;

import java.nio.ByteOrder;
import java.util.Set;

/// Whether the structures and numbers of `Layouts` are those of this machine.
final class Platform {
    private static final Set<String> MACHINES = Set.of("amd64", "aarch64");

    private Platform() {}

    /// Loads what is native, the first time.
    ///
    /// @throws OsException ENOSYS when this is not 64-bit Linux on x86_64 or aarch64, or when JNA's
    ///     library cannot be loaded (a `/tmp` mounted noexec, for one)
    static void require() throws OsException {
        check(
                System.getProperty("os.name", ""),
                System.getProperty("os.arch", ""),
                ByteOrder.nativeOrder());
        try {
            Libc.load();
        } catch (LinkageError e) {
            throw new OsException(
                    "dlopen",
                    "jnidispatch",
                    ErrorNumber.ENOSYS,
                    "JNA cannot be loaded: " + e.getMessage());
        }
    }

    static void check(String system, String machine, ByteOrder order) throws OsException {
        if (!system.equals("Linux")
                || !MACHINES.contains(machine)
                || order != ByteOrder.LITTLE_ENDIAN) {
            throw new OsException(
                    "uname",
                    "",
                    ErrorNumber.ENOSYS,
                    "needs Linux on x86_64 or aarch64, this is %s on %s"
                            .formatted(system, machine));
        }
    }
}
