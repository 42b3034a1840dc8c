package org.jipsec.cli;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbEvent;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.trace.EspKeyTable;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/// Wireshark's file `esp_sa`, kept current while a trace runs: the keys of every SA of ESP that
/// there was meanwhile, in the clear.
final class KeyExport implements AutoCloseable {
    /// How the file starts: one that starts otherwise is somebody else's.
    private static final String MARK = "# Written by jipsec trace --keys:";

    private static final String EXPLANATION =
            MARK + " who can read this can decrypt the traffic. Delete it when you are done.\n";

    private final BackendLink link;
    private final Path file;
    private final PrintWriter err;
    private final Map<Object, SaSnapshot> seen = new LinkedHashMap<>();
    private final Semaphore changes = new Semaphore(0);
    private final Thread writer;
    private volatile boolean closed;

    private KeyExport(BackendLink link, Path file, PrintWriter err) {
        this.link = link;
        this.file = file;
        this.err = err;
        this.writer = Thread.ofPlatform().daemon().name("keys").unstarted(this::follow);
    }

    /// Writes the file, and says loudly that it does.
    ///
    /// @throws IOException the keys cannot be had, or the file not written
    static KeyExport start(BackendOpener backends, ServicePlace place, Path folder, PrintWriter err)
            throws IOException {
        Path file = folder.resolve("esp_sa");
        requireOurs(file);
        BackendLink link =
                backends.open(BackendChoice.USERSPACE, Optional.of(place.socket()), err::println);
        KeyExport export = new KeyExport(link, file, err);
        try {
            export.write();
            err.println(
                    "jipsec: WARNING: the keys of all ESP SAs go to "
                            + file
                            + ", in the clear, and stay there. Who reads it can decrypt and forge"
                            + " this host's traffic; delete it when you are done");
            err.flush();
            link.backend().listen(export::on);
            export.writer.start();
            return export;
        } catch (IOException failed) {
            link.close();
            throw failed;
        }
    }

    private static void requireOurs(Path file) throws IOException {
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        boolean ours =
                Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)
                        && Files.readString(file, StandardCharsets.ISO_8859_1).startsWith(MARK);
        if (!ours) {
            throw new FileSystemException(
                    file.toString(),
                    null,
                    "is there already, and not by us: name another folder, or move it away");
        }
    }

    private void on(SadbEvent event) {
        if (event instanceof SadbEvent.SaChanged) {
            changes.release();
        }
    }

    private void follow() {
        try {
            while (!closed) {
                changes.acquire();
                changes.drainPermits();
                write();
            }
        } catch (InterruptedException ending) {
            Thread.currentThread().interrupt();
        } catch (IOException failed) {
            if (!closed) {
                err.println("jipsec: " + file + " is no longer kept: " + Reasons.message(failed));
                err.flush();
            }
        }
    }

    private void write() throws IOException {
        SadbReply reply = link.backend().execute(new SadbOperation.DumpSas(IpsecProtocol.ESP));
        if (reply instanceof SadbReply.Sas(var snapshots)) {
            for (SaSnapshot snapshot : snapshots) {
                SecurityAssociation sa = snapshot.association();
                // an SA of the same SPI with other keys goes after the old one: Wireshark takes
                // the first that fits, and there is no better order
                seen.put(java.util.List.of(sa.id(), sa.encryptionKey()), snapshot);
            }
        }
        EspKeyTable.Table table = EspKeyTable.of(new ArrayList<>(seen.values()));
        Path made =
                Files.createTempFile(
                        file.toAbsolutePath().getParent(),
                        ".esp_sa",
                        "",
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        try {
            Files.writeString(made, EXPLANATION + table.text());
            Files.move(
                    made,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } finally {
            Files.deleteIfExists(made);
        }
        if (table.omitted() > 0) {
            err.println(
                    "jipsec: "
                            + table.omitted()
                            + " SAs are not in the file: Wireshark does not know their algorithms");
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        writer.interrupt();
        link.close();
    }
}
