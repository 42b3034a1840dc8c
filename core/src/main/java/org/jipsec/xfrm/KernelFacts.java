package org.jipsec.xfrm;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/// What is known of a kernel beside what it answers.
///
/// @param hasContexts SELinux is there, the one security module that looks at labels of SAs; other
///     kernels drop them without a word
/// @param statistics xfrm_stat of the network namespace, if the kernel counts
record KernelFacts(boolean hasContexts, Optional<FileChannel> statistics) {
    /// Where SELinux is switched on, its own file system is among them.
    private static final Path FILE_SYSTEMS = Path.of("/proc/filesystems");
    private static final Path STATISTICS = Path.of("/proc/thread-self/net/xfrm_stat");

    /// Of the calling thread's network namespace.
    static KernelFacts ofThisThread() throws IOException {
        return new KernelFacts(
                Files.isReadable(FILE_SYSTEMS)
                        && Files.readString(FILE_SYSTEMS).contains("selinuxfs"),
                Files.isReadable(STATISTICS)
                        ? Optional.of(FileChannel.open(STATISTICS))
                        : Optional.empty());
    }

    void close() throws IOException {
        if (statistics.isPresent()) {
            statistics.get().close();
        }
    }
}
