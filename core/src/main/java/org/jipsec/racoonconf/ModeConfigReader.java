package org.jipsec.racoonconf;

import org.jipsec.ike.settings.LoginSource;
import org.jipsec.ike.settings.ModeConfig;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads `mode_cfg`, of which there may be several: the last value counts, lists grow.
final class ModeConfigReader {
    private static final int DEFAULT_POOL = 255;
    private static final int MOST_SERVERS = 4;

    private Optional<Inet4Address> network = Optional.empty();
    private Optional<Inet4Address> netmask = Optional.empty();
    private Optional<Integer> poolSize = Optional.empty();
    private final List<Inet4Address> nameServers = new ArrayList<>();
    private final List<Inet4Address> winsServers = new ArrayList<>();
    private final List<Prefix> split = new ArrayList<>();
    private Optional<Boolean> splitIsLocal = Optional.empty();
    private final List<String> splitDomains = new ArrayList<>();
    private Optional<String> defaultDomain = Optional.empty();
    private String banner = ModeConfig.DEFAULTS.banner();
    private LoginSource loginSource = ModeConfig.DEFAULTS.loginSource();
    private final List<String> groups = new ArrayList<>();
    private LoginSource groupSource = ModeConfig.DEFAULTS.groupSource();
    private LoginSource configurationSource = ModeConfig.DEFAULTS.configurationSource();
    private LoginSource accounting = ModeConfig.DEFAULTS.accounting();
    private int pfsGroup;
    private boolean savePassword;
    private int throttle = ModeConfig.DEFAULTS.throttle();

    ModeConfig settings() {
        return new ModeConfig(
                network,
                netmask,
                poolSize.orElse(network.isPresent() ? DEFAULT_POOL : 0),
                nameServers,
                winsServers,
                split,
                splitIsLocal.orElse(false),
                splitDomains,
                defaultDomain,
                banner,
                loginSource,
                groups,
                groupSource,
                configurationSource,
                accounting,
                pfsGroup,
                savePassword,
                throttle);
    }

    void read(SourceFile file, Statement item) {
        switch (item.word()) {
            case "network4" ->
                    network =
                            ipv4(file, item.arguments().getFirst(), "network address")
                                    .or(() -> network);
            case "netmask4" ->
                    netmask =
                            ipv4(file, item.arguments().getFirst(), "netmask address")
                                    .or(() -> netmask);
            case "dns4" -> servers(file, item, nameServers, "DNS");
            case "wins4", "nbns4" -> servers(file, item, winsServers, "WINS");
            case "split_network" -> split(file, item);
            case "split_dns" -> splitDomains.addAll(names(item));
            case "auth_groups" -> groups.addAll(names(item));
            case "default_domain" -> defaultDomain = Optional.of(item.quoted(0).name());
            case "banner" -> banner = item.quoted(0).name();
            case "auth_source" -> loginSource = source(file, item, loginSource);
            case "group_source" -> groupSource = source(file, item, groupSource);
            case "conf_source" -> configurationSource = source(file, item, configurationSource);
            case "accounting" -> accounting = source(file, item, accounting);
            case "pool_size" -> poolSize = Optional.of(count(file, item));
            case "auth_throttle" -> throttle = count(file, item);
            case "pfs_group" -> pfsGroup = count(file, item);
            default -> savePassword = item.isOn(0);
        }
    }

    private static int count(SourceFile file, Statement item) {
        return Values.number(file, item.number(0), 0, Integer.MAX_VALUE);
    }

    private static List<String> names(Statement item) {
        return item.arguments().stream()
                .filter(Argument.Quoted.class::isInstance)
                .map(Argument.Quoted.class::cast)
                .map(Argument.Quoted::name)
                .toList();
    }

    /// @param kind as racoon names what it is
    private static Optional<Inet4Address> ipv4(SourceFile file, Argument argument, String kind) {
        Optional<Inet4Address> address =
                IpText.parse(Values.text(argument))
                        .filter(Inet4Address.class::isInstance)
                        .map(Inet4Address.class::cast);
        if (address.isEmpty()) {
            file.classicCounted(argument.span(), "bad IPv4 %s.".formatted(kind));
            file.report(
                    Code.MODE_ADDRESS
                            .at(
                                    argument.span(),
                                    "`%s` is no IPv4 address".formatted(Values.text(argument)))
                            .hint("mode config gives out IPv4 addresses only"));
        }
        return address;
    }

    private static void servers(
            SourceFile file, Statement item, List<Inet4Address> servers, String kind) {
        for (Argument argument : item.arguments()) {
            Optional<Inet4Address> address = ipv4(file, argument, kind + " address");
            if (address.isEmpty()) {
                continue;
            }
            if (servers.size() == MOST_SERVERS) {
                file.report(
                        Code.TOO_MANY_SERVERS
                                .at(argument.span(), "no more than 4 servers can be named")
                                .hint("leave it out"));
                return;
            }
            servers.add(address.get());
        }
    }

    private void split(SourceFile file, Statement item) {
        boolean local = item.word(0).equals("local_lan");
        if (splitIsLocal.isPresent() && splitIsLocal.get() != local) {
            file.report(
                    Code.SPLIT_MIXED
                            .at(
                                    item.arguments().getFirst().span(),
                                    "all networks become `%s` by this".formatted(item.word(0)))
                            .label("the last word counts for all of them")
                            .hint("use only one of include and local_lan"));
        }
        splitIsLocal = Optional.of(local);
        for (int i = 1; i + 1 < item.arguments().size(); i += 2) {
            Argument written = item.arguments().get(i);
            if (!(item.arguments().get(i + 1) instanceof Argument.PrefixLength length)) {
                throw new IllegalStateException("the grammar wants a prefix length");
            }
            Optional<Inet4Address> address = ipv4(file, written, "SPLIT address");
            if (length.bits() > 32) {
                file.report(
                        Code.PREFIX_RANGE
                                .at(
                                        length.span(),
                                        "/%d is longer than an IPv4 address"
                                                .formatted(length.bits()))
                                .hint("/0 to /32"));
                continue;
            }
            address.ifPresent(given -> split.add(new Prefix(given, length.bits())));
        }
    }

    private static LoginSource source(SourceFile file, Statement item, LoginSource before) {
        Argument word = item.arguments().getFirst();
        if (item.word(0).equals("pam")) {
            // the original of our goldens was built without it
            file.classicCounted(word.span(), "racoon not configured with --with-libpam");
        }
        return LoginSource.ofWord(item.word(0)).orElse(before);
    }
}
