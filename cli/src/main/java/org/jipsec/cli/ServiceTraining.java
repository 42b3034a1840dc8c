package org.jipsec.cli;

import org.jipsec.pfkey.PfkeyBackend;
import org.jipsec.pfkey.UnixPfkeyChannel;
import org.jipsec.sadb.Direction;
import org.jipsec.sadb.EncryptionAlgorithm;
import org.jipsec.sadb.Endpoint;
import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.Policy;
import org.jipsec.sadb.PolicyAction;
import org.jipsec.sadb.PolicyLevel;
import org.jipsec.sadb.PolicyRule;
import org.jipsec.sadb.SaMode;
import org.jipsec.sadb.SadbBackend;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.sadb.SadbReply;
import org.jipsec.sadb.SecurityAssociation;
import org.jipsec.sadb.Selector;
import org.jipsec.sadb.Spi;
import org.jipsec.wire.Prefix;
import org.jipsec.wire.Secret;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What jipsecd's AOT cache is trained on when the image is made: a service in memory that is asked
/// its state, loaded with SAs and policies, listed and flushed, and then packets
/// ([TunnelTraining]). The cache keeps the classes that were needed: loading them takes the first
/// packet of a service much longer than all else.
final class ServiceTraining {
    private static final int ENTRIES = 400;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private ServiceTraining() {}

    public static void main(String[] arguments) throws IOException {
        serve();
        TunnelTraining.run();
    }

    /// @return how many SAs and policies were listed
    static int serve() throws IOException {
        Path folder = Files.createTempDirectory("jipsec-training");
        ServicePlace place = new ServicePlace(folder.resolve("pfkey.sock"));
        try (Service _ =
                Service.open(place, InstantSource.system(), Optional.empty(), _ -> {})
                        .orElseThrow()) {
            status(place);
            return load(place);
        } finally {
            try (var files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    Files.delete(file);
                }
            }
            Files.delete(folder);
        }
    }

    private static void status(ServicePlace place) {
        PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
        new JipsecdCommand(Host.real(), new Network())
                .run(
                        InputStream.nullInputStream(),
                        nowhere,
                        nowhere,
                        "--status",
                        "--socket",
                        place.socket().toString());
    }

    private static int load(ServicePlace place) throws IOException {
        List<SadbOperation> associations = new ArrayList<>();
        List<SadbOperation> policies = new ArrayList<>();
        InetAddress here = address(192, 168, 0, 1);
        for (int i = 0; i < ENTRIES; i++) {
            InetAddress there = address(10, i >> 16, i >> 8, i);
            associations.add(new SadbOperation.AddSa(association(here, there, 256 + i)));
            policies.add(new SadbOperation.AddPolicy(policy(here, there)));
        }
        int[] listed = new int[1];
        try (SadbBackend backend =
                PfkeyBackend.open(
                        UnixPfkeyChannel.connect(place.socket()),
                        (int) ProcessHandle.current().pid(),
                        PfkeyBackend.Peer.SERVICE,
                        PATIENCE)) {
            backend.executeAll(associations, (_, reply) -> requireDone(reply));
            backend.executeAll(policies, (_, reply) -> requireDone(reply));
            backend.stream(new SadbOperation.DumpSas(IpsecProtocol.UNSPEC), _ -> listed[0]++);
            backend.stream(new SadbOperation.DumpPolicies(), _ -> listed[0]++);
            requireDone(backend.execute(new SadbOperation.FlushPolicies()));
            requireDone(backend.execute(new SadbOperation.FlushSas(IpsecProtocol.UNSPEC)));
        }
        return listed[0];
    }

    static void requireDone(SadbReply reply) {
        if (reply instanceof SadbReply.Refused refused) {
            throw new IllegalStateException(refused.toString());
        }
    }

    private static SecurityAssociation association(InetAddress from, InetAddress to, int spi) {
        return SecurityAssociation.builder(
                        Endpoint.of(from), Endpoint.of(to), IpsecProtocol.ESP, new Spi(spi))
                .mode(SaMode.TUNNEL)
                .encryption(EncryptionAlgorithm.AES_GCM_16, Secret.of(new byte[20]))
                .build();
    }

    private static Policy policy(InetAddress from, InetAddress to) {
        return Policy.of(
                Selector.between(Prefix.host(from), Prefix.host(to)),
                Direction.OUT,
                PolicyAction.IPSEC,
                tunnel(IpsecProtocol.ESP, from, to));
    }

    static PolicyRule tunnel(IpsecProtocol protocol, InetAddress from, InetAddress to) {
        return new PolicyRule(
                protocol,
                SaMode.TUNNEL,
                PolicyLevel.REQUIRE,
                0,
                Optional.of(new PolicyRule.Endpoints(Endpoint.of(from), Endpoint.of(to))));
    }

    static InetAddress address(int... octets) throws IOException {
        byte[] address = new byte[octets.length];
        for (int i = 0; i < octets.length; i++) {
            address[i] = (byte) octets[i];
        }
        return InetAddress.getByAddress(address);
    }
}
