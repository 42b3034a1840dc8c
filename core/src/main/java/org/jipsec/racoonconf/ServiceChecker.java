package org.jipsec.racoonconf;

import org.jipsec.ike.settings.LdapSettings;
import org.jipsec.ike.settings.ModeConfig;
import org.jipsec.ike.settings.RadiusSettings;
import org.jipsec.wire.Secret;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Reads what a server of logins and addresses needs: `mode_cfg`, `radiuscfg`, `ldapcfg`.
final class ServiceChecker {
    private static final int MOST_SERVERS = 5;

    private final ModeConfigReader mode = new ModeConfigReader();
    private Optional<RadiusSettings> radius = Optional.empty();
    private Optional<LdapSettings> ldap = Optional.empty();

    ModeConfig modeConfig() {
        return mode.settings();
    }

    Optional<RadiusSettings> radius() {
        return radius;
    }

    Optional<LdapSettings> ldap() {
        return ldap;
    }

    void check(SourceFile file, Statement.Section section) {
        switch (section.word()) {
            case "mode_cfg" -> section.body().forEach(item -> mode.read(file, item));
            case "radiuscfg" -> section.body().forEach(item -> radius(file, item));
            default -> section.body().forEach(item -> ldap(file, item));
        }
    }

    private void radius(SourceFile file, Statement item) {
        RadiusSettings before = radius.orElse(RadiusSettings.DEFAULTS);
        radius =
                Optional.of(
                        switch (item.word()) {
                            case "timeout" ->
                                    new RadiusSettings(
                                            before.authentication(),
                                            before.accounting(),
                                            Duration.ofSeconds(count(file, item)),
                                            before.retries());
                            case "retries" ->
                                    new RadiusSettings(
                                            before.authentication(),
                                            before.accounting(),
                                            before.timeout(),
                                            count(file, item));
                            case "auth" ->
                                    new RadiusSettings(
                                            with(file, item, before.authentication(), "auth"),
                                            before.accounting(),
                                            before.timeout(),
                                            before.retries());
                            default ->
                                    new RadiusSettings(
                                            before.authentication(),
                                            with(file, item, before.accounting(), "account"),
                                            before.timeout(),
                                            before.retries());
                        });
    }

    private static List<RadiusSettings.Server> with(
            SourceFile file, Statement item, List<RadiusSettings.Server> servers, String kind) {
        if (servers.size() == MOST_SERVERS) {
            file.classic(Values.last(item), "maximum radius %s servers exceeded".formatted(kind));
            file.report(
                    Code.TOO_MANY_SERVERS
                            .at(item.name().span(), "more than %d servers".formatted(MOST_SERVERS))
                            .hint("leave the ones out that are asked last"));
            return servers;
        }
        boolean hasPort = item.arguments().get(1) instanceof Argument.Number;
        Argument.Quoted secret = item.quoted(hasPort ? 2 : 1);
        List<RadiusSettings.Server> all = new ArrayList<>(servers);
        all.add(
                new RadiusSettings.Server(
                        item.quoted(0).name(),
                        hasPort ? Values.number(file, item.number(1), 0, 65535) : 0,
                        secret(secret)));
        return all;
    }

    private static Secret secret(Argument.Quoted text) {
        return Secret.of(text.text().getBytes(StandardCharsets.ISO_8859_1));
    }

    private static int count(SourceFile file, Statement item) {
        return Values.number(file, item.number(0), 0, Integer.MAX_VALUE);
    }

    private void ldap(SourceFile file, Statement item) {
        LdapSettings before = ldap.orElse(LdapSettings.DEFAULTS);
        String word = item.word();
        ldap =
                Optional.of(
                        new LdapSettings(
                                word.equals("version") ? version(file, item) : before.version(),
                                word.equals("host") ? text(item) : before.host(),
                                word.equals("port")
                                        ? Values.number(file, item.number(0), 0, 65535)
                                        : before.port(),
                                word.equals("base") ? Optional.of(text(item)) : before.base(),
                                word.equals("subtree") ? item.isOn(0) : before.subtree(),
                                word.equals("bind_dn")
                                        ? Optional.of(text(item))
                                        : before.bindName(),
                                word.equals("bind_pw")
                                        ? secret(item.quoted(0))
                                        : before.bindPassword(),
                                word.equals("attr_user") ? text(item) : before.userAttribute(),
                                word.equals("attr_addr") ? text(item) : before.addressAttribute(),
                                word.equals("attr_mask") ? text(item) : before.maskAttribute(),
                                word.equals("attr_group")
                                        ? Optional.of(text(item))
                                        : before.groupAttribute(),
                                word.equals("attr_member")
                                        ? text(item)
                                        : before.memberAttribute()));
    }

    private static String text(Statement item) {
        return item.quoted(0).name();
    }

    private static int version(SourceFile file, Statement item) {
        long version = Values.number(file, item.number(0));
        if (version != 2 && version != 3) {
            file.classicCounted(
                    item.arguments().getFirst().span(), "invalid ldap protocol version (2|3)");
            file.report(
                    Code.LDAP_VERSION
                            .at(
                                    item.arguments().getFirst().span(),
                                    "there is no version %d of the protocol".formatted(version))
                            .hint("2 or 3"));
            return LdapSettings.DEFAULTS.version();
        }
        return (int) version;
    }
}
