package org.jipsec.daemon.ike;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

class PidFileTests {
    @TempDir Path folder;

    @Test
    void holdsTheNumberUntilItIsClosed() throws IOException {
        Path path = folder.resolve("racoon.pid");
        try (PidFile file = PidFile.write(path, 4711)) {
            assertThat(path).hasContent("4711\n");
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rw-r--r--");
        }
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void takesThePlaceOfWhatAKilledOneLeft() throws IOException {
        Path path = folder.resolve("racoon.pid");
        Files.writeString(path, "99999999\n");
        PidFile.write(path, 4711);

        assertThat(path).hasContent("4711\n");
    }

    @Test
    void leavesTheFileOfItsSuccessor() throws IOException {
        Path path = folder.resolve("racoon.pid");
        PidFile first = PidFile.write(path, 4711);
        PidFile.write(path, 4712);
        first.close();

        assertThat(path).hasContent("4712\n");
    }

    @Test
    void cannotBeWhereThereIsNoFolder() {
        assertThatThrownBy(() -> PidFile.write(folder.resolve("no/racoon.pid"), 4711))
                .isInstanceOf(IOException.class);
    }
}
