package org.jipsec.examples;

import org.jipsec.dataplane.PcapWriter;
import org.jipsec.dataplane.SadbEngine;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.Inet4Address;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// Runs a scenario from files to pings and shows each step as the HOWTO does:
/// ```
/// Howto transport|tunnel FOLDER PCAP
/// ```
/// FOLDER holds the files of both peers, PCAP is written.
public final class Howto {
    private static final int PINGS = 2;

    private final Scenario scenario;
    private final Path folder;
    private final Path pcap;
    private final InstantSource clock;
    private final ZoneId zone;
    private final RandomGenerator random;
    private final PrintWriter out;
    private final PrintWriter err;

    Howto(
            Scenario scenario,
            Path folder,
            Path pcap,
            InstantSource clock,
            ZoneId zone,
            RandomGenerator random,
            PrintWriter out,
            PrintWriter err) {
        this.scenario = scenario;
        this.folder = folder;
        this.pcap = pcap;
        this.clock = clock;
        this.zone = zone;
        this.random = random;
        this.out = out;
        this.err = err;
    }

    public static void main(String[] arguments) throws IOException {
        PrintWriter out = new PrintWriter(System.out, false, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        Optional<Scenario> scenario =
                arguments.length == 3 ? Scenario.named(arguments[0]) : Optional.empty();
        if (scenario.isEmpty()) {
            err.println("usage: Howto transport|tunnel FOLDER PCAP");
            System.exit(2);
            return;
        }
        boolean good =
                new Howto(
                                scenario.get(),
                                Path.of(arguments[1]),
                                Path.of(arguments[2]),
                                InstantSource.system(),
                                ZoneId.systemDefault(),
                                new SecureRandom(),
                                out,
                                err)
                        .run();
        out.flush();
        System.exit(good ? 0 : 1);
    }

    /// @return whether both files were loaded, every ping was answered and nothing went in clear
    boolean run() throws IOException {
        int processId = (int) ProcessHandle.current().pid();
        SadbEngine left = new SadbEngine(clock, random, processId);
        SadbEngine right = new SadbEngine(clock, random, processId);
        if (!setUp(left, Scenario.LEFT, "100") || !setUp(right, Scenario.RIGHT, "200")) {
            return false;
        }
        return ping(left, right);
    }

    /// @param number that the HOWTO calls the peer by
    private boolean setUp(SadbEngine engine, Inet4Address peer, String number) throws IOException {
        String file = scenario.word() + "-" + number + ".conf";
        Databases databases = databases(engine);
        prompt(peer, "jsetkey -f " + file);
        out.flush();
        if (!databases.load(file, Files.readAllBytes(folder.resolve(file)))) {
            return false;
        }
        prompt(peer, "jsetkey -D");
        databases.printSas();
        prompt(peer, "jsetkey -DP");
        databases.printPolicies();
        out.println();
        return true;
    }

    private boolean ping(SadbEngine left, SadbEngine right) throws IOException {
        String pinged = scenario.pinged().getHostAddress();
        prompt(scenario.pinging(), "ping -c " + PINGS + " " + pinged);
        try (PcapWriter capture =
                new PcapWriter(new BufferedOutputStream(Files.newOutputStream(pcap)), clock)) {
            Wire wire = new Wire(clock, zone, capture);
            try (Network network = new Network(scenario, left, right, clock, random, wire)) {
                List<Echo> answers = network.ping(PINGS);
                show(answers, wire);
                return judge(answers.size(), wire.inClear(), left, right);
            }
        }
    }

    private void show(List<Echo> answers, Wire wire) {
        answers.forEach(answer -> out.println(Ping.line(answer)));
        out.printf(
                "%d packets transmitted, %d received, %d%% packet loss%n%n",
                PINGS, answers.size(), 100 - 100 * answers.size() / PINGS);
        out.printf(
                "# what tcpdump shows between %s and %s; also in %s%n",
                Scenario.LEFT.getHostAddress(), Scenario.RIGHT.getHostAddress(), pcap);
        wire.lines().forEach(out::println);
        out.flush();
    }

    private boolean judge(int answered, int inClear, SadbEngine left, SadbEngine right)
            throws IOException {
        if (answered < PINGS) {
            err.printf("%d of %d pings were not answered%n", PINGS - answered, PINGS);
            databases(left).printDrops(Scenario.LEFT.getHostAddress());
            databases(right).printDrops(Scenario.RIGHT.getHostAddress());
        }
        if (inClear > 0) {
            err.printf("%d packets went in clear%n", inClear);
        }
        return answered == PINGS && inClear == 0;
    }

    private Databases databases(SadbEngine engine) {
        return new Databases(engine.backend(), clock, zone, out, err);
    }

    private void prompt(Inet4Address host, String command) {
        out.println(host.getHostAddress() + "# " + command);
    }
}
