package org.jipsec.cli;

import org.jipsec.testing.Namespaces;

import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The HOWTO's network, in namespaces: the peers 192.168.1.100 ([#LEFT]) and 192.168.2.100
/// ([#RIGHT]), a router between them, a host behind each, and a stranger on a network of its own.
/// ```
/// behind-left 172.16.1.10 -- left 192.168.1.100 -- router -- 192.168.2.100 right -- 172.16.2.10
///                                                    |
///                                         stranger 10.9.9.9
/// ```
/// The router and the peers forward, and the router knows the way to the networks behind them: what
/// goes in clear arrives. Whether it does, is what the tests are about.
final class WireScene implements AutoCloseable {
    static final String LEFT = "left";
    static final String RIGHT = "right";
    static final String ROUTER = "router";
    static final String BEHIND_LEFT = "bleft";
    static final String BEHIND_RIGHT = "bright";
    static final String STRANGER = "stranger";
    static final String LEFT_ADDRESS = "192.168.1.100";
    static final String RIGHT_ADDRESS = "192.168.2.100";

    /// The devices between the peers and the router, named alike on both ends.
    static final String LEFT_DEVICE = "veth0";

    static final String RIGHT_DEVICE = "veth1";

    private static final String FILLING = "jipsec";

    /// As the launcher does it.
    private static final String[] RIGHTS = {
        "setpriv",
        "--bounding-set=-all,+net_admin,+net_raw",
        "--inh-caps=-all",
        "--ambient-caps=-all",
        "--no-new-privs"
    };

    private static final Path HOWTO = Path.of("../examples/conf/howto");

    final Namespaces hosts;
    private final Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();

    private WireScene(Path folder, Namespaces hosts) {
        this.folder = folder;
        this.hosts = hosts;
    }

    /// @param folder for sockets and captures
    static WireScene set(Path folder) {
        Namespaces hosts =
                Namespaces.create(LEFT, RIGHT, ROUTER, BEHIND_LEFT, BEHIND_RIGHT, STRANGER);
        WireScene scene = new WireScene(folder, hosts);
        hosts.join(ROUTER, "192.168.1.1/24", LEFT, LEFT_ADDRESS + "/24");
        hosts.join(ROUTER, "192.168.2.1/24", RIGHT, RIGHT_ADDRESS + "/24");
        hosts.join(LEFT, "172.16.1.1/24", BEHIND_LEFT, "172.16.1.10/24");
        hosts.join(RIGHT, "172.16.2.1/24", BEHIND_RIGHT, "172.16.2.10/24");
        hosts.join(ROUTER, "10.9.9.1/24", STRANGER, "10.9.9.9/24");
        scene.routeByDefault(LEFT, "192.168.1.1");
        scene.routeByDefault(RIGHT, "192.168.2.1");
        scene.routeByDefault(BEHIND_LEFT, "172.16.1.1");
        scene.routeByDefault(BEHIND_RIGHT, "172.16.2.1");
        scene.routeByDefault(STRANGER, "10.9.9.1");
        hosts.ip(ROUTER, "route", "add", "172.16.1.0/24", "via", LEFT_ADDRESS);
        hosts.ip(ROUTER, "route", "add", "172.16.2.0/24", "via", RIGHT_ADDRESS);
        for (String forwarding : List.of(ROUTER, LEFT, RIGHT)) {
            scene.write(forwarding, "net/ipv4/ip_forward", "1");
        }
        return scene;
    }

    void routeByDefault(String host, String gateway) {
        hosts.ip(host, "route", "replace", "default", "via", gateway);
    }

    /// @param setting below /proc/sys
    void write(String host, String setting, String value) {
        hosts.run(host, "sh", "-c", "echo " + value + " > /proc/sys/" + setting);
    }

    /// A jipsecd that is up, with the two capabilities that it keeps.
    WireDaemon start(String host) {
        return launch(host, socket(host), RIGHTS).awaitReady();
    }

    /// Likewise with options.
    WireDaemon startWith(String host, String... options) {
        WireDaemon daemon = WireDaemon.launch(hosts, host, socket(host), List.of(options), RIGHTS);
        opened.add(daemon);
        return daemon.awaitReady();
    }

    /// @param before what to start jipsecd by, such as setpriv and its arguments
    WireDaemon launch(String host, Path socket, String... before) {
        WireDaemon daemon = WireDaemon.launch(hosts, host, socket, before);
        opened.add(daemon);
        return daemon;
    }

    Path socket(String host) {
        return folder.resolve(host + ".sock");
    }

    /// A jipsecd on both peers, with the HOWTO's files.
    ///
    /// @param mode `transport` or `tunnel`
    /// @return the left host's
    WireDaemon protect(String mode) {
        WireDaemon left = start(LEFT);
        start(RIGHT);
        load(mode);
        return left;
    }

    void load(String mode) {
        jsetkey(LEFT, "-f", HOWTO.resolve(mode + "-100.conf").toString());
        jsetkey(RIGHT, "-f", HOWTO.resolve(mode + "-200.conf").toString());
    }

    /// Asks that host's jipsecd.
    ///
    /// @return its standard output
    /// @throws AssertionError when it fails
    String jsetkey(String host, String... arguments) {
        List<String> all =
                new ArrayList<>(
                        List.of("--backend", "userspace", "--socket", socket(host).toString()));
        all.addAll(List.of(arguments));
        Host machine = Host.real();
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int status =
                new JsetkeyCommand(machine, new ServiceBackends(machine, new Network()))
                        .run(
                                InputStream.nullInputStream(),
                                new PrintWriter(out),
                                new PrintWriter(err),
                                all.toArray(String[]::new));
        if (status != 0) {
            throw new AssertionError("jsetkey " + all + ": status " + status + ": " + out + err);
        }
        return out.toString();
    }

    /// A line of `jsetkey --stats`.
    long count(String host, String name) {
        Optional<String> line =
                jsetkey(host, "--stats")
                        .lines()
                        .filter(each -> each.startsWith(name + " "))
                        .findFirst();
        return line.map(text -> Long.parseLong(text.split(" +", -1)[1])).orElse(0L);
    }

    WireCapture capture(String device) {
        WireCapture capture =
                WireCapture.start(
                        hosts,
                        ROUTER,
                        device,
                        folder.resolve("capture-" + opened.size() + ".pcap"));
        opened.add(capture);
        return capture;
    }

    /// What [#ping] fills packets with: on the wire only when they go in clear.
    static String filling() {
        return FILLING.repeat(2);
    }

    /// Pings three times.
    ///
    /// @return how many were answered
    int ping(String host, String destination, String... options) {
        List<String> command =
                new ArrayList<>(List.of("ping", "-n", "-c3", "-i0.2", "-W5", "-p", hex(FILLING)));
        command.addAll(List.of(options));
        command.add(destination);
        String said = hosts.run(host, "sh", "-c", String.join(" ", command) + " || true");
        return (int) said.lines().filter(line -> line.contains(" bytes from ")).count();
    }

    void awaitPing(String host, String destination) {
        Patience.until(
                () -> ping(host, destination, "-c1", "-W1") == 1,
                () -> host + " does not reach " + destination);
    }

    /// Pings as fast as answers come, a hundred times a second at least, until it is ended.
    Process flood(String host, String destination) {
        Process ping =
                hosts.start(
                        host,
                        "ping",
                        "-q",
                        "-f",
                        "-w60",
                        "-s1000",
                        "-p",
                        hex(FILLING),
                        destination);
        opened.add(ping::destroyForcibly);
        return ping;
    }

    /// All in a host that jipsecd could leave something in, sorted. Equal before it and after it.
    String traces(String host) {
        return hosts.run(
                host,
                "sh",
                "-c",
                """
                { ip rule list; ip -6 rule list
                ip -4 route show table all; ip -6 route show table all | grep -v ' dev veth'
                ip -o link | sed 's/ state [A-Z]*//'; ip -o -4 address
                nft list ruleset
                grep -r '' /proc/sys/net/ipv4/conf/*/rp_filter /proc/sys/net/ipv4/ip_forward \
                    /proc/sys/net/ipv6/conf/*/forwarding; } | sort
                """);
    }

    private static String hex(String text) {
        StringBuilder digits = new StringBuilder();
        text.chars().forEach(character -> digits.append("%02x".formatted(character)));
        return digits.toString();
    }

    @Override
    public void close() throws Exception {
        try {
            for (AutoCloseable each : opened.reversed()) {
                each.close();
            }
        } finally {
            hosts.close();
        }
    }
}
