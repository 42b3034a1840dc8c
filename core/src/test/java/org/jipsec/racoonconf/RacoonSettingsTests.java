package org.jipsec.racoonconf;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.ike.settings.AuthenticationMethod;
import org.jipsec.ike.settings.ExchangeMode;
import org.jipsec.ike.settings.Identity;
import org.jipsec.ike.settings.Listen;
import org.jipsec.ike.settings.NatTraversal;
import org.jipsec.ike.settings.Proposal;
import org.jipsec.ike.settings.ProposalCheck;
import org.jipsec.ike.settings.RemoteSettings;
import org.jipsec.ike.settings.SainfoSettings;
import org.jipsec.ike.settings.SainfoSettings.Side;
import org.jipsec.ike.settings.Settings;
import org.jipsec.sadb.AuthAlgorithm;
import org.jipsec.sadb.CompressionAlgorithm;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.wire.IpText;
import org.jipsec.wire.Prefix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What a text means.
class RacoonSettingsTests {
    private static final Path HOWTO = Path.of("../examples/racoon/howto");
    private static final Path RECORDED = Path.of("src/test/resources/racoonconf/run");

    private static InetAddress ip(String text) {
        return IpText.parse(text).orElseThrow();
    }

    private static Settings howto(String name) throws IOException {
        TableFiles disk =
                new TableFiles()
                        .with(
                                "/etc/psk.txt",
                                "192.168.2.100  simple psk\n192.168.1.100  simple psk\n"
                                        + "192.168.1.1  simple psk\n");
        RacoonLanguage.Checked checked =
                RacoonLanguage.check(name, Files.readAllBytes(HOWTO.resolve(name)), disk);
        return checked.settings().orElseThrow(() -> new AssertionError(Texts.shown(checked)));
    }

    @Test
    void readsTheHowtosPresharedKeys() throws IOException {
        RemoteSettings expected =
                RemoteSettings.of(
                        Optional.of(ip("192.168.2.100")),
                        List.of(ExchangeMode.MAIN),
                        List.of(
                                new Proposal(
                                        AuthenticationMethod.PRE_SHARED_KEY,
                                        IkeCipher.TRIPLE_DES,
                                        192,
                                        IkeHash.MD5,
                                        DhGroup.MODP_1024,
                                        Duration.ofHours(8))));
        Settings settings = howto("psk-100.conf");
        assertThat(settings.remotes()).containsExactly(expected);
        assertThat(settings.paths().presharedKeys()).contains("/etc/psk.txt");
        assertThat(settings.sainfos())
                .containsExactly(
                        new SainfoSettings(
                                network("172.16.1.0"),
                                network("172.16.2.0"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of(DhGroup.MODP_768),
                                Duration.ofHours(8),
                                List.of(
                                        new SainfoSettings.Cipher(
                                                EncryptionAlgorithm.TRIPLE_DES_CBC, 0)),
                                List.of(AuthAlgorithm.HMAC_MD5),
                                List.of(CompressionAlgorithm.DEFLATE),
                                0));
        assertThat(settings.listen()).isEqualTo(Listen.DEFAULTS);
    }

    private static Side network(String address) {
        return new Side.Of(Identity.of(new Prefix(ip(address), 24), 0, 0));
    }

    @Test
    void readsTheHowtosNatTraversal() throws IOException {
        Settings settings = howto("natt-100.conf");
        assertThat(settings.timers().nattKeepalive()).isEqualTo(Duration.ofSeconds(10));
        assertThat(settings.listen().addresses())
                .containsExactly(
                        new Listen.Place(ip("192.168.1.100"), 500, false),
                        new Listen.Place(ip("192.168.1.100"), 4500, true));
        assertThat(settings.remotes())
                .extracting(RemoteSettings::natTraversal)
                .containsExactly(NatTraversal.ON);
        assertThat(settings.usesNatTraversal()).isTrue();
    }

    static List<Path> recorded() throws IOException {
        try (Stream<Path> files = Files.list(RECORDED)) {
            return files.sorted().toList();
        }
    }

    /// The configurations of the machines whose logs and packets the goldens hold.
    @ParameterizedTest
    @MethodSource("recorded")
    void readsTheConfigurationsOfTheRecordedMachines(Path folder) throws IOException {
        byte[] text = Files.readAllBytes(folder.resolve("racoon.conf"));
        String psk =
                new String(text, StandardCharsets.UTF_8)
                        .lines()
                        .filter(line -> line.contains("pre_shared_key \""))
                        .map(line -> line.split("\"")[1])
                        .findFirst()
                        .orElseThrow();
        TableFiles disk =
                new TableFiles()
                        .with(psk, Files.readAllBytes(folder.resolve("psk.txt")))
                        .with("/lab/certs/A.pem", "")
                        .with("/lab/certs/B.pem", "")
                        .with("/lab/certs/ca.pem", "");
        RacoonLanguage.Checked checked = RacoonLanguage.check("racoon.conf", text, disk);
        assertThat(checked.hasErrors()).as(() -> Texts.shown(checked)).isFalse();
        assertThat(checked.classic()).isEqualTo(new ClassicVerdict(true, List.of()));
        assertThat(Texts.codes(checked))
                .noneMatch(code -> code.startsWith(Code.NO_KEY_FOR_PEER.id()));
    }

    @Test
    void takesEveryDefaultOfTheCodeNotOfTheManual() {
        Settings settings = Texts.settings(Texts.REMOTE + Texts.SAINFO);
        RemoteSettings remote = settings.remotes().getFirst();
        assertThat(remote.nonceSize()).isEqualTo(16);
        assertThat(remote.proposalCheck()).isEqualTo(ProposalCheck.STRICT);
        assertThat(remote.certificates().matchEmptyRequest()).isFalse();
        assertThat(remote.lifetime()).isEqualTo(Duration.ofHours(8));
        assertThat(settings.complexBundle()).isTrue();
        assertThat(settings.timers().phase1()).isEqualTo(Duration.ofSeconds(30));
        assertThat(settings.timers().phase2()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void readsWordsThatStandBesideEachOtherAsRacoonDoes() {
        Settings settings =
                Texts.settings(
                        Texts.REMOTE
                                        .replace("aes 256", "blowfish448")
                                        .replace("main;", "main,base;")
                                + Texts.SAINFO.replace(
                                        "aes 256;",
                                        "aes256,camellia192 , 3des; lifetime time 20min;"));
        assertThat(settings.remotes().getFirst().proposals().getFirst().keyBits()).isEqualTo(448);
        assertThat(settings.remotes().getFirst().modes())
                .containsExactly(ExchangeMode.MAIN, ExchangeMode.BASE);
        assertThat(settings.sainfos().getFirst().encryption())
                .containsExactly(
                        new SainfoSettings.Cipher(EncryptionAlgorithm.AES_CBC, 256),
                        new SainfoSettings.Cipher(EncryptionAlgorithm.CAMELLIA_CBC, 192),
                        new SainfoSettings.Cipher(EncryptionAlgorithm.TRIPLE_DES_CBC, 0));
        assertThat(settings.sainfos().getFirst().lifetime()).isEqualTo(Duration.ofMinutes(20));
    }

    @Test
    void readsANumberThatRacoonReadsAsNothing() {
        Settings settings =
                Texts.settings(
                        Texts.REMOTE.replace("main;", "main; nonce_size =32;") + Texts.SAINFO);
        assertThat(settings.remotes().getFirst().nonceSize()).isEqualTo(32);
    }

    @Test
    void takesOverWhatAParentHasAndAddsProposals() {
        Settings settings =
                Texts.settings(
                        """
                        remote "base" {
                            remote_address 192.0.2.1;
                            exchange_mode main, base;
                            lifetime time 1 hour;
                            peers_identifier fqdn "a.example.org";
                            verify_identifier on;
                            proposal {
                                encryption_algorithm aes 256; hash_algorithm sha256;
                                dh_group modp2048; authentication_method pre_shared_key;
                            }
                        }
                        remote "leaf" inherit "base" {
                            remote_address 192.0.2.2;
                            exchange_mode base;
                            peers_identifier fqdn "b.example.org";
                            proposal {
                                encryption_algorithm aes 128; hash_algorithm sha1;
                                dh_group modp2048; authentication_method pre_shared_key;
                            }
                        }
                        """
                                + Texts.SAINFO);
        RemoteSettings leaf = settings.remotes().get(1);
        assertThat(leaf.name()).contains("leaf");
        assertThat(leaf.address()).contains(ip("192.0.2.2"));
        assertThat(leaf.modes()).containsExactly(ExchangeMode.BASE);
        assertThat(leaf.lifetime()).isEqualTo(Duration.ofHours(1));
        assertThat(leaf.peerIdentities()).hasSize(2);
        assertThat(leaf.proposals()).extracting(Proposal::keyBits).containsExactly(256, 128);
    }

    @Test
    void searchesTheMoreSpecialSainfoFirst() {
        Settings settings =
                Texts.settings(
                        Texts.REMOTE
                                + Texts.SAINFO
                                + Texts.SAINFO.replace(
                                        "sainfo anonymous",
                                        "sainfo address 10.0.0.0/8 any address 10.1.0.1[80] tcp")
                                + Texts.SAINFO.replace(
                                        "sainfo anonymous",
                                        "sainfo anonymous from fqdn \"x.example.org\""));
        assertThat(settings.sainfos()).extracting(SainfoSettings::weight).containsExactly(3, 2, 0);
        assertThat(settings.sainfos().get(1).remote())
                .isEqualTo(new Side.Of(Identity.of(ip("10.1.0.1"), 6, 80)));
    }

    @Test
    void readsWhatIncludesName() {
        TableFiles disk =
                new TableFiles()
                        .with("/etc/racoon/peers/b.conf", Texts.SAINFO)
                        .with("/etc/racoon/peers/a.conf", Texts.REMOTE);
        RacoonLanguage.Checked checked =
                Texts.check("path include \"/etc/racoon\"; include \"peers/*.conf\";", disk);
        assertThat(checked.settings()).isPresent();
        assertThat(checked.settings().orElseThrow().remotes()).hasSize(1);
        assertThat(checked.files())
                .extracting(file -> file.source().name())
                .containsExactly(
                        "racoon.conf", "/etc/racoon/peers/a.conf", "/etc/racoon/peers/b.conf");
    }

    @Test
    void readsAFileOfTheDisk() {
        String path = HOWTO.resolve("psk-100.conf").toString();
        RacoonLanguage.Checked checked = RacoonLanguage.read(path, new DiskFiles());
        assertThat(checked.settings()).isPresent();
    }

    @Test
    void saysThatAFileIsNotThere() {
        RacoonLanguage.Checked checked = RacoonLanguage.read("/none/racoon.conf", new TableFiles());
        assertThat(Texts.codes(checked)).containsExactly("RC023 /none/racoon.conf:1");
        assertThat(checked.classic().lines())
                .containsExactly(
                        "ERROR: glob found no matches for path \"/none/racoon.conf\"",
                        "ERROR: could not read configuration file \"/none/racoon.conf\"");
    }

    @Test
    void takesAnEmptyTextForAConfigurationWithNothingToNegotiate() {
        assertThat(Texts.settings("")).isEqualTo(Settings.EMPTY);
        assertThat(Texts.settings("# nothing\n")).isEqualTo(Settings.EMPTY);
    }
}
