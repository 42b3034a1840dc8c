package org.jipsec.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.jipsec.cli.TestMachine.Result;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SaSnapshot;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// plan, apply, confirm: on the userspace service and, where it differs, on what stands for a
/// kernel.
class ChangeCommandTests {
    private static final String KEY = "0x00112233445566778899aabbccddeeff";
    private static final String OTHER_KEY = "0xffeeddccbbaa99887766554433221100";
    private static final String SA =
            "add 10.0.0.1 10.0.0.2 esp 0x1000 -m tunnel -u 5 -E aes-cbc " + KEY + ";\n";
    private static final String BACK =
            "add 10.0.0.2 10.0.0.1 esp 0x1001 -m tunnel -E aes-cbc " + KEY + ";\n";
    private static final String POLICIES =
            """
            spdadd 10.1.0.0/16 10.2.0.0/16 any -P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:5;
            spdadd 10.2.0.0/16 10.1.0.0/16 any -P in ipsec esp/tunnel/10.0.0.2-10.0.0.1/require;
            """;
    private static final Undo NO_UNDO = new Undo("1 to add", "", List.of());
    private static final String ALL = "flush;\nspdflush;\n" + SA + BACK + POLICIES;

    @TempDir private Path folder;
    private TestMachine machine;

    @BeforeEach
    void begin() {
        machine = new TestMachine(folder, "jsetkey");
    }

    @AfterEach
    void end() {
        machine.close();
    }

    private Result load(String text) {
        Result result = machine.feed(text, "-f", "-");
        assertThat(result.status()).as(result.err()).isZero();
        return result;
    }

    private Result plan(String text, String... options) {
        return change("plan", text, options);
    }

    private Result apply(String text, String... options) {
        return change("apply", text, options);
    }

    private Result change(String command, String text, String... options) {
        String[] arguments = new String[options.length + 3];
        arguments[0] = command;
        arguments[1] = "-f";
        arguments[2] = "-";
        System.arraycopy(options, 0, arguments, 3, options.length);
        return machine.feed(text, arguments);
    }

    @Test
    void showsWhatAFileWouldAddAndChangesNothing() {
        Result result = plan(ALL);
        assertThat(result.out())
                .isEqualTo(
                        """
                        SAD + esp 10.0.0.1 -> 10.0.0.2 spi 0x1000 tunnel aes-cbc -u 5
                        SAD + esp 10.0.0.2 -> 10.0.0.1 spi 0x1001 tunnel aes-cbc
                        SPD + out 10.1.0.0/16 -> 10.2.0.0/16 any ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:5
                        SPD + in 10.2.0.0/16 -> 10.1.0.0/16 any ipsec esp/tunnel/10.0.0.2-10.0.0.1/require
                        SPD + fwd 10.2.0.0/16 -> 10.1.0.0/16 any ipsec esp/tunnel/10.0.0.2-10.0.0.1/require
                        Plan: 5 to add, 0 to change, 0 to remove, 0 unchanged
                        """);
        assertThat(result.status()).isEqualTo(2);
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void aFileThatIsLoadedIsNoChangeWhetherOrNotItFlushesFirst() {
        load(ALL);
        for (String text : new String[] {ALL, SA + POLICIES + BACK, ALL + "dump;"}) {
            Result result = plan(text);
            assertThat(result.out())
                    .isEqualTo("Plan: 0 to add, 0 to change, 0 to remove, 5 unchanged\n");
            assertThat(result.status()).isZero();
        }
    }

    @Test
    void everyKindOfSaAndPolicyComparesEqualToItself() {
        String text =
                """
                flush; spdflush;
                add 10.0.0.1 10.0.0.2 ah 0x2000 -A hmac-sha256 0x%s;
                add 10.0.0.1 10.0.0.2 ipcomp 0x2001 -m transport -C deflate;
                add 10.0.0.1 10.0.0.2 esp 0x2002 -r 128 -esn -lh 3600 -ls 3000 -bh 99999 -bs 88888 -E aes-gcm-16 0x%s;
                add 10.0.0.1[4500] 10.0.0.2[4501] esp-udp 0x2003 -m tunnel -f zero-pad -E aes-cbc %s;
                add 2001:db8::1 2001:db8::2 esp 0x2004 -E null;
                spdadd 10.1.2.3/16 10.2.0.0/16[80] tcp -P out prio def + 10 ipsec esp/transport//unique ah/transport//default;
                spdadd 2001:db8::/32 ::/0 icmp6 135,0 -P out discard;
                spdadd 10.1.2.3 10.2.0.1 any -P out none;
                """
                        .formatted("11".repeat(32), "22".repeat(20), KEY);
        load(text);
        Result result = plan(text);
        assertThat(result.out()).startsWith("Plan: 0 to add, 0 to change, 0 to remove, 8");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-u 5|-u 6|reqid 5 => 6",
                "-m tunnel|-m transport|mode tunnel => transport",
                "-E|-r 32 -E|replay window 0 => 32",
                "-E|-lh 60 -ls 50 -E|hard seconds 0 => 60, soft seconds 0 => 50",
                "10.0.0.1 |10.0.0.9 |source 10.0.0.1 => 10.0.0.9",
                KEY + "|" + OTHER_KEY + "|another encryption key",
            })
    void saysWhichFieldOfAnSaDiffersAndNeverAKey(String from, String to, String told) {
        load(SA);
        Result result = plan(SA.replace(from, to));
        assertThat(result.out()).contains("SAD ~ esp", ": " + told).contains("1 to change");
        assertThat(result.out() + result.err())
                .doesNotContain(KEY.substring(2), OTHER_KEY.substring(2));
        assertThat(result.out().contains("counts from 1 again"))
                .isEqualTo(!told.startsWith("hard"));
        assertThat(result.status()).isEqualTo(2);
        assertThat(apply(SA.replace(from, to)).status()).isZero();
        assertThat(plan(SA.replace(from, to)).status()).isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "-P out ipsec|-P out prio def + 1 ipsec|priority 2147483648 => 2147483647",
                "unique:5|require|rules esp/tunnel/10.0.0.1-10.0.0.2/unique:5 =>",
                "-P out ipsec esp/tunnel/10.0.0.1-10.0.0.2/unique:5|-P out discard|action ipsec =>",
            })
    void saysWhichFieldOfAPolicyDiffers(String from, String to, String told) {
        load(POLICIES);
        Result result = plan(POLICIES.replace(from, to));
        assertThat(result.out()).contains("SPD ~ out", told).contains("1 to change");
        assertThat(apply(POLICIES.replace(from, to)).status()).isZero();
        assertThat(plan(POLICIES.replace(from, to)).status()).isZero();
    }

    @Test
    void removesOnlyWhatTheFileSaysGoes() {
        load(ALL);
        assertThat(plan(SA).out())
                .isEqualTo("Plan: 0 to add, 0 to change, 0 to remove, 1 unchanged\n");
        assertThat(plan("flush;\n" + SA).out())
                .isEqualTo(
                        """
                        SAD - esp 10.0.0.2 -> 10.0.0.1 spi 0x1001
                        Plan: 0 to add, 0 to change, 1 to remove, 1 unchanged
                        """);
        assertThat(plan("delete 10.0.0.1 10.0.0.2 esp 0x1000;").out()).contains("1 to remove");
        assertThat(plan("spddelete 10.2.0.0/16 10.1.0.0/16 any -P in;").out())
                .contains("SPD - in", "SPD - fwd", "2 to remove");
    }

    @Test
    void carriesOutOnlyTheDifference() {
        load(ALL);
        machine.sleep(Duration.ofSeconds(100));
        String before = machine.run("--json", "-D").out();
        Result result = apply(ALL.replace("unique:5", "unique:5 ah/transport//use"));
        assertThat(result.out()).endsWith("Done: 0 added, 1 changed, 0 removed, 4 unchanged\n");
        assertThat(machine.run("--json", "-D").out()).isEqualTo(before);
        assertThat(apply("flush; spdflush;").out())
                .endsWith("0 added, 0 changed, 5 removed, 0 unchanged\n");
        assertThat(machine.run("-DP").out()).isEqualTo("No SPD entries.\n");
    }

    @Test
    void changesNothingWhenTheFileIsWrong() {
        Result result = apply(SA + "nonsense;");
        assertThat(result.status()).isEqualTo(1);
        assertThat(result.err()).contains("SK003", "nothing was applied");
        assertThat(plan(SA + "nonsense;").status()).isEqualTo(1);
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void writesPlanAndDiagnosticsAsJson() {
        load(SA);
        Result result = plan(SA.replace(KEY, OTHER_KEY) + BACK, "--json");
        assertThat(result.out().lines().findFirst().orElseThrow())
                .isEqualTo(
                        "{\"schema\":1,\"applied\":false,\"summary\":{\"add\":1,\"change\":1,"
                            + "\"remove\":0,\"unchanged\":0},\"changes\":[{\"change\":\"change\",\"database\":\"SAD\",\"what\":\"esp"
                            + " 10.0.0.1 -> 10.0.0.2 spi 0x1000 tunnel aes-cbc -u"
                            + " 5\",\"replaced\":true,\"fields\":[{\"name\":\"encryption"
                            + " key\"}]},{\"change\":\"add\",\"database\":\"SAD\",\"what\":\"esp"
                            + " 10.0.0.2 -> 10.0.0.1 spi 0x1001 tunnel"
                            + " aes-cbc\",\"replaced\":false,\"fields\":[]}]}");
        assertThat(result.err()).isEmpty();
    }

    // ---- prune ----

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void prunesWhatJsetkeyPutThereAndNothingElse(boolean asKernel) {
        if (asKernel) {
            machine.close();
            machine = TestMachine.withKernel(folder, "jsetkey");
        }
        load(ALL);
        machine.sleep(Duration.ofSeconds(100));
        machine.asOriginal(BACK.replace("0x1001", "0x3000"));
        Result result = plan(SA, "--prune");
        assertThat(result.out())
                .contains("SAD - esp 10.0.0.2 -> 10.0.0.1 spi 0x1001")
                .doesNotContain("0x3000")
                .endsWith("0 to add, 0 to change, 4 to remove, 1 unchanged\n");
        assertThat(apply(SA, "--prune").status()).isZero();
        assertThat(machine.run("-D").out()).contains("0x00001000", "0x00003000");
        assertThat(plan(SA, "--prune").status()).isZero();
    }

    /// What comes back has another time, as from a kernel: that of the undoing. What was never
    /// jsetkey's does not become so by it.
    @Test
    void knowsAgainWhatAnUndoneChangeHadTakenAway() throws IOException {
        load(SA + BACK);
        machine.sleep(Duration.ofSeconds(100));
        String others = BACK.replace("0x1001", "0x3000");
        machine.asOriginal(others);
        StatePlace place = machine.statePlace();
        List<SadbOperation> undo = new ArrayList<>();
        try (BackendLink link = machine.open(BackendChoice.AUTO, Optional.empty(), _ -> {})) {
            SadbBackend backend = link.backend();
            Ledger before = Ledger.read(place);
            for (SaSnapshot each : associations(backend)) {
                undo.add(new SadbOperation.AddSa(each.association()));
            }
            load("flush;");
            machine.sleep(Duration.ofSeconds(100));
            assertThat(
                            new Undo(
                                            "3 to remove",
                                            new String(before.text(), StandardCharsets.UTF_8),
                                            undo)
                                    .carryOut(backend, place, machine.host().clock()))
                    .isZero();
        }
        machine.sleep(Duration.ofSeconds(100));
        assertThat(plan(SA, "--prune").out())
                .contains("SAD - esp 10.0.0.2 -> 10.0.0.1 spi 0x1001")
                .doesNotContain("0x3000");
    }

    private static List<SaSnapshot> associations(SadbBackend backend) throws IOException {
        return backend.execute(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC))
                        instanceof SadbReply.Sas(var all)
                ? all
                : List.of();
    }

    @Test
    void doesNotPruneWhatHasComeBackByOthers() {
        load(SA + BACK);
        machine.sleep(Duration.ofSeconds(100));
        machine.asOriginal("delete 10.0.0.2 10.0.0.1 esp 0x1001; " + BACK);
        assertThat(plan(SA, "--prune").status()).isZero();
    }

    @Test
    void prunesNothingWithoutItsListOrWithABrokenOne() throws IOException {
        load(SA + BACK);
        Path ledger = folder.resolve("machine.ledger");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ledger)))
                .isEqualTo("rw-------");
        String text = Files.readString(ledger);
        assertThat(text).doesNotContain(KEY.substring(2));
        Files.writeString(ledger, text.substring(0, text.length() - 3));
        Result torn = plan(SA, "--prune");
        assertThat(torn.err()).contains("nothing is pruned", "cannot be read");
        assertThat(torn.status()).isZero();
        Files.delete(ledger);
        assertThat(plan(SA, "--prune").err()).contains("nothing is pruned: there is no list");
        Files.writeString(ledger, text.replace("this one", "another one"));
        assertThat(plan(SA, "--prune").status()).isZero();
    }

    // ---- confirm ----

    @Test
    void confirmsWhatWaitsAndSaysWhenNothingDoes() throws IOException {
        Result nothing = machine.run("confirm");
        assertThat(nothing.status()).isEqualTo(1);
        assertThat(nothing.err()).isEqualTo("nothing is waiting to be confirmed\n");
        StatePlace place = machine.statePlace();
        try (Waiting.Hold _ = Waiting.begin(place, machine.now().plusSeconds(60), NO_UNDO)) {
            Result refused = apply(SA);
            assertThat(refused.status()).isEqualTo(1);
            assertThat(refused.err())
                    .contains("a change waits to be confirmed and is undone at ")
                    .contains("jsetkey confirm keeps it", "nothing was changed");
            assertThat(plan(SA).err()).contains("a change waits to be confirmed");
            assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
            Result kept = machine.run("confirm");
            assertThat(kept.out()).isEqualTo("kept: 1 to add\n");
            assertThat(kept.status()).isZero();
        }
        assertThat(machine.run("confirm").status()).isEqualTo(1);
        assertThat(apply(SA).status()).isZero();
    }

    @Test
    void tellsOnceWhatCameOfAChangeThatNobodyConfirmed() throws IOException {
        StatePlace place = machine.statePlace();
        Waiting.tell(place, "1 to add: was not confirmed and has been undone");
        assertThat(plan(POLICIES).err())
                .isEqualTo(
                        "jsetkey: the change before, 1 to add: was not confirmed and has been"
                                + " undone\n");
        assertThat(apply(POLICIES).err()).isEmpty();
    }

    private Waiting.Hold waiting(String undoneBy, Duration left) throws IOException {
        List<SadbOperation> operations = new ArrayList<>();
        if (!undoneBy.isEmpty()) {
            operations.add(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC));
        }
        StatePlace place = machine.statePlace();
        Undo undo =
                new Undo(
                        "1 to add",
                        new String(Ledger.read(place).text(), StandardCharsets.UTF_8),
                        operations);
        return Waiting.begin(place, machine.now().plus(left), undo);
    }

    @Test
    void aChangeWhoseWatcherHasEndedCanStillBeConfirmed() throws IOException {
        waiting("", Duration.ofSeconds(60)).close();
        Result refused = apply(SA);
        assertThat(refused.err())
                .contains("what would undo it has ended (pid ")
                .contains("jsetkey confirm keeps it, jsetkey confirm --undo undoes it now");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(machine.run("confirm").out()).contains("its watcher had ended");
        assertThat(apply(SA).status()).isZero();
    }

    @Test
    void aChangeWhoseWatcherHasEndedCanStillBeUndoneAfterItsTime() throws IOException {
        load(SA + BACK);
        waiting("flush", Duration.ofSeconds(-60)).close();
        assertThat(plan(SA).err()).contains("it was to be undone at ", "has ended (pid ");
        assertThat(apply(SA).status()).isEqualTo(1);
        Result undone = machine.run("confirm", "--undo");
        assertThat(undone.err()).isEmpty();
        assertThat(undone.out()).isEqualTo("undone: 1 to add\n");
        assertThat(undone.status()).isZero();
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(machine.run("confirm", "--undo").err())
                .isEqualTo("nothing is waiting to be confirmed\n");
        assertThat(apply(SA).status()).isZero();
    }

    @Test
    void anUndoingThatEndedInTheMiddleIsDoneAgain() throws IOException {
        load(SA);
        StatePlace place = machine.statePlace();
        try (Waiting.Hold _ = waiting("flush", Duration.ZERO)) {
            assertThat(Waiting.takeToRevert(place)).isTrue();
            assertThat(apply(BACK).err()).contains("is being undone just now");
            assertThat(machine.run("confirm").err()).contains("is being undone just now");
        }
        assertThat(apply(BACK).err()).contains("ended in the middle", "confirm --undo");
        assertThat(machine.run("confirm", "--undo").status()).isZero();
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
        waiting("flush", Duration.ZERO).close();
        assertThat(Waiting.takeToRevert(place)).isTrue();
        assertThat(machine.run("confirm").out()).startsWith("kept as it is now");
        assertThat(apply(BACK).status()).isZero();
    }

    @Test
    void aChangeOfAServiceThatHasEndedIsForgotten() throws IOException {
        StatePlace place = machine.statePlace();
        StatePlace former = new StatePlace(place.base(), "another one", Optional.empty());
        Waiting.begin(former, machine.now().plusSeconds(60), NO_UNDO).close();
        Result applied = apply(SA);
        assertThat(applied.err()).contains("1 to add, that waited to be confirmed", "anew since");
        assertThat(applied.status()).isZero();
        Waiting.begin(former, machine.now().plusSeconds(60), NO_UNDO).close();
        Result late = machine.run("confirm", "--undo");
        assertThat(late.err()).contains("anew since", "nothing is waiting to be confirmed");
        assertThat(late.status()).isEqualTo(1);
    }

    @Test
    void whatWaitsAndCannotBeReadStopsEveryChange() throws IOException {
        StatePlace place = machine.statePlace();
        StatePlace.write(place.waiting(), new byte[] {0, 1, 'x', 0});
        Result refused = apply(SA);
        assertThat(refused.err()).contains(place.waiting() + " cannot be read", "remove it");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    // ---- one at a time, and where nobody else can write ----

    @Test
    void onlyOneChangesAtATime() throws IOException {
        StatePlace place = machine.statePlace();
        try (ChangeLock _ = ChangeLock.take(place, Duration.ZERO)) {
            assertThatThrownBy(() -> ChangeLock.take(place, Duration.ofMillis(1)))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("another jsetkey")
                    .hasMessageContaining("(pid " + ProcessHandle.current().pid() + ")");
        }
        ChangeLock.take(place, Duration.ZERO).close();
    }

    @Test
    void whoComesWhileAnotherChangesWaitsForItsTurn() throws Exception {
        ChangeLock other = ChangeLock.take(machine.statePlace(), Duration.ZERO);
        CompletableFuture<Result> second = CompletableFuture.supplyAsync(() -> apply(SA));
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(second).isNotDone();
        other.close();
        assertThat(second.get(60, TimeUnit.SECONDS).status()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"ledger", "ledger-lock", "change-lock", "waiting", "reverting"})
    void refusesToChangeAnythingByFilesThatOthersMayHaveWritten(String suffix) throws IOException {
        Path file = folder.resolve("machine." + suffix);
        Path elsewhere = Files.writeString(folder.resolve("elsewhere"), "x");
        Files.createSymbolicLink(file, elsewhere);
        assertRefused(file + " is not a plain file");
        Files.delete(file);
        Files.createLink(file, elsewhere);
        assertRefused(file + " has another name too");
        Files.delete(file);
        Files.createFile(file);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        assertRefused(file + " may be written by others");
        Files.delete(file);
        assertThat(Files.readString(elsewhere)).isEqualTo("x");
        if (ServicePlace.userId() == 0) {
            Files.createFile(file);
            Files.setAttribute(file, "unix:uid", 12345);
            assertRefused(file + " belongs to another user (12345)");
            Files.delete(file);
        }
        assertThat(apply(SA).status()).isZero();
    }

    @Test
    void refusesAFolderThatOthersMayWriteUnlessItIsSticky() throws IOException {
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertRefused(
                "the folder " + folder.toRealPath() + " may be written by others: chmod go-w");
        Files.setAttribute(folder, "unix:mode", 01777);
        assertThat(apply(SA).status()).isZero();
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx------"));
    }

    @Test
    void pruneSaysThatItsListIsNotToBeTrusted() throws IOException {
        load(SA + BACK);
        Path ledger = folder.resolve("machine.ledger");
        Files.setPosixFilePermissions(ledger, PosixFilePermissions.fromString("rw-rw----"));
        Result planned = plan(SA, "--prune");
        assertThat(planned.err()).contains("nothing is pruned", "may be written by others");
        assertThat(planned.status()).isZero();
    }

    private void assertRefused(String why) {
        Result refused = apply(SA);
        assertThat(refused.err()).contains(why, "nothing was changed");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
    }

    @Test
    void saysWhatToDoWhenThereIsNoPlaceForItsFiles() {
        Path missing = folder.resolve("no/such");
        assertThatThrownBy(() -> StatePlace.ofKernel(missing))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in " + missing + ", and cannot: ")
                .hasMessageContaining("No such file or directory")
                .hasMessageContaining("mount -t tmpfs");
        assertThatThrownBy(() -> StatePlace.ofKernel(Path.of("/proc/jipsec")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("in /proc/jipsec, and cannot: ");
        machine.keepsItsFilesIn(missing);
        Result refused = apply(SA);
        assertThat(refused.err())
                .contains("No such file or directory", "mount -t tmpfs", "nothing was changed");
        assertThat(refused.status()).isEqualTo(1);
        assertThat(machine.run("-D").out()).isEqualTo("No SAD entries.\n");
        assertThat(plan(SA).status()).isEqualTo(2);
        assertThat(plan(SA, "--prune").err()).contains("nothing is pruned");
        assertThat(machine.feed(SA, "-f", "-").status()).isZero();
    }

    // ---- the command line ----

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plan|needs a file",
                "apply x.conf|the file goes behind -f",
                "confirm x|takes no argument",
                "confirm -f x|takes no file",
                "apply -f x --undo|--undo goes with confirm",
                "apply -f x --revert-after 60|a time like 60s",
                "apply -f x --revert-after 0s|some time",
                "plan -f x --revert-after 60s|goes with apply",
                "-f x --prune|--prune goes with plan and apply",
                "plan -D -f x|cannot be given together",
                "apply -f x --keep-going|--keep-going goes with",
            })
    void saysWhatIsWrongWithTheCommandLine(String line, String told) {
        Result result = machine.run(line.split(" "));
        assertThat(result.err()).contains(told);
        assertThat(result.status()).isEqualTo(line.startsWith("plan") ? 1 : 2);
    }
}
