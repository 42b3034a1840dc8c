package org.jipsec.ike;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.crypto.DhExchange;
import org.jipsec.crypto.DhGroup;
import org.jipsec.crypto.IkeCipher;
import org.jipsec.crypto.IkeHash;
import org.jipsec.crypto.InvalidPublicValueException;
import org.jipsec.isakmp.Cookie;
import org.jipsec.isakmp.EncryptedMessage;
import org.jipsec.isakmp.ExchangeType;
import org.jipsec.isakmp.Message;
import org.jipsec.isakmp.MessageCodec;
import org.jipsec.isakmp.Payload;
import org.jipsec.isakmp.PayloadChain;
import org.jipsec.wire.Bytes;
import org.jipsec.wire.Secret;
import org.jipsec.wire.WireException;

import java.io.ByteArrayInputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import javax.crypto.Cipher;

/// A listener that knows both private values: goes through the packets of a run, derives what its
/// two ends must have derived, decrypts, and checks each proof it finds.
final class RecordedRun {
    /// What was found right on the wire.
    enum Proof {
        DECRYPTED,
        HASH_OF_PHASE_1,
        SIGNATURE,
        HASH_1,
        HASH_2,
        HASH_3,
        INFORMATIONAL,
        DELETE,
        NAT_DETECTION,
        ESP
    }

    /// As the runs were configured.
    static final IkeCipher CIPHER = IkeCipher.TRIPLE_DES;

    static final IkeHash HASH = IkeHash.MD5;
    private static final DhGroup GROUP = DhGroup.MODP_1024;
    private static final DhGroup PFS_GROUP = DhGroup.MODP_768;
    private static final int ESP = 3;
    private static final int ENCRYPTION_KEY = 24;
    private static final int AUTHENTICATION_KEY = 16;
    private static final int ICV = 12;
    private static final int IKE_PORT = 500;

    /// One ISAKMP SA as far as it has come.
    private static final class Association {
        final InetAddress initiator;
        final Map<String, Bytes> values = new HashMap<>();
        final Map<Integer, Quick> exchanges = new HashMap<>();
        Optional<KeyMaterial> keys = Optional.empty();
        Bytes iv = Bytes.EMPTY;

        Association(InetAddress initiator) {
            this.initiator = initiator;
        }

        Bytes value(String name) {
            return Optional.ofNullable(values.get(name)).orElseThrow();
        }

        KeyMaterial keyMaterial() {
            return keys.orElseThrow();
        }
    }

    /// One exchange after phase 1.
    private static final class Quick {
        final List<Message> messages = new ArrayList<>();
        Bytes iv = Bytes.EMPTY;
    }

    private final Map<Bytes, Secret> privateValues;
    private final Optional<Secret> presharedKey;
    private final Map<Cookie, Association> associations = new LinkedHashMap<>();
    private final Map<Bytes, Secret> espKeys = new HashMap<>();
    private final Map<String, Set<String>> derived = new HashMap<>();
    private final Map<Proof, Integer> proofs = new EnumMap<>(Proof.class);

    /// @param privateValues by the public ones
    /// @param presharedKey or empty: signatures
    RecordedRun(Map<Bytes, Secret> privateValues, Optional<Secret> presharedKey) {
        this.privateValues = privateValues;
        this.presharedKey = presharedKey;
    }

    Map<Proof, Integer> proofs() {
        return proofs;
    }

    /// All values derived under a label of racoon's log, in hex.
    Set<String> derived(String label) {
        return derived.getOrDefault(label, Set.of());
    }

    void on(RecordedWire.Packet packet) throws Exception {
        switch (packet) {
            case RecordedWire.Isakmp(InetAddress source, Bytes octets) -> isakmp(source, octets);
            case RecordedWire.Esp(_, Bytes octets) -> esp(octets);
        }
    }

    private void isakmp(InetAddress source, Bytes octets) throws Exception {
        var datagram = MessageCodec.decode(octets.buffer());
        Association sa =
                associations.computeIfAbsent(
                        datagram.header().initiator(), _ -> new Association(source));
        switch (datagram) {
            case Message message -> phase1(sa, source, message);
            case EncryptedMessage message when message.header().messageId() == 0 ->
                    phase1(sa, source, decryptedInPhase1(sa, message));
            case EncryptedMessage message -> phase2(sa, message);
        }
    }

    private Message decryptedInPhase1(Association sa, EncryptedMessage message)
            throws WireException {
        Message clear = decrypted(sa, sa.iv, message);
        sa.iv = IvDerivation.following(CIPHER, message.body());
        note("save IV for next:", sa.iv);
        return clear;
    }

    private Message decrypted(Association sa, Bytes iv, EncryptedMessage message)
            throws WireException {
        note("encrypted payload by IV:", iv);
        note("save IV for next:", IvDerivation.following(CIPHER, message.body()));
        Bytes body =
                Bytes.of(
                        CIPHER.decrypt(
                                sa.keyMaterial().encryptionKey(),
                                iv.toArray(),
                                message.body().toArray()));
        assertThat(CIPHER.encrypt(sa.keyMaterial().encryptionKey(), iv.toArray(), body.toArray()))
                .isEqualTo(message.body().toArray());
        note("plaintext", body);
        PayloadChain chain = MessageCodec.decodeBody(message.first(), body);
        int padding = chain.padding().length();
        assertThat(padding).isBetween(1, 2 * CIPHER.blockLength());
        assertThat(chain.padding().u8(padding - 1)).isEqualTo(padding - 1);
        count(Proof.DECRYPTED);
        return new Message(message.header(), chain);
    }

    private void phase1(Association sa, InetAddress source, Message message) throws Exception {
        boolean first = source.equals(sa.initiator);
        for (Payload payload : message.payloads()) {
            switch (payload) {
                case Payload.Sa offer -> sa.values.putIfAbsent("SA", offer.body());
                case Payload.KeyExchange(Bytes body) -> sa.values.put(first ? "gxi" : "gxr", body);
                case Payload.Nonce(Bytes body) -> sa.values.put(first ? "Ni" : "Nr", body);
                case Payload.Identification id -> sa.values.put("ID", id.body());
                case Payload.Certificate certificate ->
                        sa.values.put("certificate", certificate.value());
                case Payload.NatDetection detection ->
                        natDetection(Cookies.of(message.header()), source, detection.body());
                case Payload.Hash _, Payload.Signature _, Payload.Vendor _ -> {}
                default -> throw new AssertionError("unexpected " + payload);
            }
        }
        agreeOnKeys(sa, message);
        if (!prove(sa, first, message) && first && sa.values.containsKey("ID")) {
            sa.values.putIfAbsent("IDii", sa.value("ID")); // of aggressive mode's first message
        }
    }

    private void agreeOnKeys(Association sa, Message message) throws InvalidPublicValueException {
        if (sa.keys.isEmpty() && sa.values.keySet().containsAll(Set.of("gxi", "gxr", "Ni", "Nr"))) {
            derive(sa, Cookies.of(message.header()));
        }
    }

    /// Checks HASH or SIG, if the message has one.
    private boolean prove(Association sa, boolean first, Message message)
            throws GeneralSecurityException {
        Optional<Payload.Hash> hash = message.chain().find(Payload.Hash.class);
        Optional<Payload.Signature> signature = message.chain().find(Payload.Signature.class);
        if (hash.isEmpty() && signature.isEmpty()) {
            return false;
        }
        var hashes =
                new Phase1Hashes(
                        HASH,
                        sa.value("gxi"),
                        sa.value("gxr"),
                        Cookies.of(message.header()),
                        sa.value("SA"));
        Bytes id =
                message.chain()
                        .find(Payload.Identification.class)
                        .map(Payload::body)
                        .orElseGet(() -> sa.value("IDii"));
        Secret skeyid = sa.keyMaterial().skeyid();
        Bytes computed = first ? hashes.hashI(skeyid, id) : hashes.hashR(skeyid, id);
        note("phase 1 hash", computed);
        if (hash.isPresent()) {
            assertThat(hash.get().body().matches(computed)).isTrue();
            count(Proof.HASH_OF_PHASE_1);
        } else {
            Bytes signed = opened(signature.orElseThrow().body(), sa.value("certificate"));
            assertThat(signed).isEqualTo(computed);
            count(Proof.SIGNATURE);
        }
        return true;
    }

    /// What an RSA signature of PKCS#1 says: racoon's is the bare hash.
    private static Bytes opened(Bytes signature, Bytes certificate)
            throws GeneralSecurityException {
        var key =
                CertificateFactory.getInstance("X.509")
                        .generateCertificate(new ByteArrayInputStream(certificate.toArray()))
                        .getPublicKey();
        Cipher rsa = Cipher.getInstance("RSA/ECB/PKCS1Padding");
        rsa.init(Cipher.DECRYPT_MODE, key);
        return Bytes.of(rsa.doFinal(signature.toArray()));
    }

    private void derive(Association sa, Cookies cookies) throws InvalidPublicValueException {
        Bytes ni = sa.value("Ni");
        Bytes nr = sa.value("Nr");
        Secret shared = shared(GROUP, sa.value("gxi"), sa.value("gxr"));
        Secret skeyid =
                presharedKey
                        .map(key -> KeyMaterial.skeyidOfPresharedKey(HASH, key, ni, nr))
                        .orElseGet(() -> KeyMaterial.skeyidOfSignatures(HASH, ni, nr, shared));
        KeyMaterial keys =
                KeyMaterial.derive(CIPHER, CIPHER.defaultKeyBits(), HASH, skeyid, shared, cookies);
        assertThat(keys.isWeak()).isFalse();
        sa.keys = Optional.of(keys);
        sa.iv = IvDerivation.phase1(CIPHER, HASH, sa.value("gxi"), sa.value("gxr"));
        note("SKEYID computed:", keys.skeyid());
        note("SKEYID_d computed:", keys.skeyidD());
        note("SKEYID_a computed:", keys.skeyidA());
        note("SKEYID_e computed:", keys.skeyidE());
        note("final encryption key computed:", keys.encryptionKey());
        note("IV computed:", sa.iv);
        note("nonce", ni);
        note("nonce", nr);
    }

    private Secret shared(DhGroup group, Bytes gxi, Bytes gxr) throws InvalidPublicValueException {
        Secret shared = DhExchange.agree(group, privateValue(gxi), gxr);
        assertThat(DhExchange.agree(group, privateValue(gxr), gxi)).isEqualTo(shared);
        note("compute DH's shared.", shared);
        return shared;
    }

    private Secret privateValue(Bytes publicValue) {
        return Optional.ofNullable(privateValues.get(publicValue)).orElseThrow();
    }

    private void phase2(Association sa, EncryptedMessage encrypted) throws Exception {
        int messageId = encrypted.header().messageId();
        Quick exchange = sa.exchanges.computeIfAbsent(messageId, _ -> new Quick());
        if (exchange.iv.isEmpty()) {
            exchange.iv = IvDerivation.phase2(CIPHER, HASH, sa.iv, messageId);
            note("phase1 last IV:", concat(sa.iv, IvDerivation.octets(messageId)));
            note("phase2 IV computed:", exchange.iv);
        }
        Message message = decrypted(sa, exchange.iv, encrypted);
        exchange.iv = IvDerivation.following(CIPHER, encrypted.body());
        exchange.messages.add(message);
        var hashes = new Phase2Hashes(HASH, sa.keyMaterial().skeyidA(), messageId);
        Bytes received = ((Payload.Hash) message.payloads().getFirst()).body();
        if (message.header().exchange() == ExchangeType.INFORMATIONAL.number()) {
            proven(Proof.INFORMATIONAL, received, hashes.hash1(message.chain().behindFirst()));
            if (message.chain().find(Payload.Delete.class).isPresent()) {
                count(Proof.DELETE);
            }
            return;
        }
        assertThat(message.header().exchange()).isEqualTo(ExchangeType.QUICK.number());
        Bytes rest = message.chain().behindFirst();
        switch (exchange.messages.size()) {
            case 1 -> proven(Proof.HASH_1, received, hashes.hash1(rest));
            case 2 -> {
                proven(Proof.HASH_2, received, hashes.hash2(nonce(exchange, 0), rest));
                keymat(sa, exchange);
            }
            case 3 -> {
                Bytes third = hashes.hash3(nonce(exchange, 0), nonce(exchange, 1));
                proven(Proof.HASH_3, received, third);
            }
            default -> throw new AssertionError("a fourth message of quick mode");
        }
    }

    private void proven(Proof kind, Bytes received, Bytes computed) {
        assertThat(received.matches(computed)).as("%s", kind).isTrue();
        note("HASH computed:", computed);
        count(kind);
    }

    private static Bytes nonce(Quick exchange, int message) {
        return payload(exchange, message, Payload.Nonce.class);
    }

    private static Bytes payload(Quick exchange, int message, Class<? extends Payload> kind) {
        return exchange.messages.get(message).chain().find(kind).orElseThrow().body();
    }

    private void keymat(Association sa, Quick exchange) throws InvalidPublicValueException {
        Secret shared =
                shared(
                        PFS_GROUP,
                        payload(exchange, 0, Payload.KeyExchange.class),
                        payload(exchange, 1, Payload.KeyExchange.class));
        Keymat keymat =
                new Keymat(
                        HASH,
                        sa.keyMaterial().skeyidD(),
                        shared,
                        nonce(exchange, 0),
                        nonce(exchange, 1));
        for (Message message : exchange.messages) {
            Bytes spi =
                    message.chain()
                            .find(Payload.Sa.class)
                            .orElseThrow()
                            .proposals()
                            .getFirst()
                            .spi();
            // racoon makes more than it needs, and prints that
            note("generating K1...K4 for KEYMAT.", keymat.expand(ESP, spi, 64));
            espKeys.put(
                    spi,
                    keymat.keys(ESP, spi, ENCRYPTION_KEY, AUTHENTICATION_KEY).authentication());
        }
    }

    /// The addresses of the runs; of A, which is told to force, racoon takes the one that is none.
    private void natDetection(Cookies cookies, InetAddress source, Bytes received)
            throws UnknownHostException {
        boolean forced = source.equals(InetAddress.getByName("192.168.1.100"));
        List<String> addresses =
                forced ? List.of("0.0.0.0") : List.of("192.168.1.100", "192.168.2.100");
        List<Bytes> expected = new ArrayList<>();
        for (String address : addresses) {
            expected.add(
                    NatDetectionHash.of(HASH, cookies, InetAddress.getByName(address), IKE_PORT));
        }
        assertThat(received).isIn(expected);
        count(Proof.NAT_DETECTION);
    }

    private void esp(Bytes packet) {
        byte[] octets = packet.toArray();
        Bytes spi = Bytes.of(octets, 0, 4);
        Secret key = Optional.ofNullable(espKeys.get(spi)).orElseThrow();
        Bytes covered = Bytes.of(octets, 0, octets.length - ICV);
        Bytes icv = Bytes.of(octets, octets.length - ICV, ICV);
        Bytes mac = HASH.prf(key).update(covered).finish();
        assertThat(Bytes.of(mac.toArray(), 0, ICV)).isEqualTo(icv);
        count(Proof.ESP);
    }

    private static Bytes concat(Bytes first, Bytes second) {
        return Bytes.ofHex(first.hex() + second.hex());
    }

    private void count(Proof proof) {
        proofs.merge(proof, 1, Integer::sum);
    }

    private void note(String label, Bytes value) {
        derived.computeIfAbsent(label, _ -> new TreeSet<>()).add(value.hex());
    }

    private void note(String label, Secret value) {
        note(label, Bytes.of(value.toArray()));
    }
}
