package org.jipsec.isakmp;

import static org.assertj.core.api.Assertions.assertThat;

import org.jipsec.testing.RequiredTool;
import org.jipsec.wire.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/// What we write, read by Wireshark: field by field what we meant.
class IsakmpTsharkTests {
    private static final int MESSAGES = 400;
    private static final int RAW_IP = 101;

    /// What tshark says of a message, by field; several values in the order of the wire.
    private static final class Fields {
        private final Map<String, List<String>> values = new LinkedHashMap<>();

        Fields() {
            for (String name :
                    List.of(
                            "ispi",
                            "rspi",
                            "exchangetype",
                            "flags",
                            "messageid",
                            "length",
                            "typepayload",
                            "payloadlength",
                            "sa.doi",
                            "prop.number",
                            "prop.protoid",
                            "spisize",
                            "spi",
                            "prop.transforms",
                            "trans.number",
                            "trans.id",
                            "ike.attr.type",
                            "ike.attr.format",
                            "ike.attr.value",
                            "ipsec.attr.type",
                            "ipsec.attr.format",
                            "ipsec.attr.value",
                            "key_exchange.data",
                            "nonce",
                            "hash",
                            "sig",
                            "id.type",
                            "id.protoid",
                            "id.port",
                            "id.data.key_id",
                            "notify.doi",
                            "notify.protoid",
                            "notify.msgtype",
                            "delete.doi",
                            "delete.protoid",
                            "spinum",
                            "delete.spi",
                            "vid_bytes",
                            "ike.nat_hash",
                            "ike.nat_original_address_ipv4",
                            "cfg.type",
                            "cfg.identifier",
                            "cfg.attr.type",
                            "cfg.attr.format",
                            "frag.packetid",
                            "frag.seq",
                            "frag.last")) {
                values.put("isakmp." + name, new ArrayList<>());
            }
        }

        void add(String field, Object value) {
            values.get("isakmp." + field).add(value.toString());
        }

        static Fields of(Message message) {
            Fields fields = new Fields();
            Header header = message.header();
            fields.add("ispi", header.initiator());
            fields.add("rspi", header.responder());
            fields.add("exchangetype", header.exchange());
            fields.add("flags", "0x%02x".formatted(header.flags()));
            fields.add("messageid", "0x%08x".formatted(header.messageId()));
            fields.add("length", MessageCodec.encode(message).length());
            message.payloads().forEach(fields::add);
            return fields;
        }

        private void header(int type, int body) {
            add("typepayload", type);
            add("payloadlength", 4 + body);
        }

        private void add(Payload payload) {
            header(payload.number(), payload.body().length());
            switch (payload) {
                case Payload.Sa sa -> {
                    add("sa.doi", sa.doi());
                    sa.proposals().forEach(this::add);
                }
                case Payload.KeyExchange ke -> add("key_exchange.data", ke.body());
                case Payload.Nonce nonce -> add("nonce", nonce.body());
                case Payload.Hash hash -> add("hash", hash.body());
                case Payload.Signature signature -> add("sig", signature.body());
                case Payload.Vendor vendor -> add("vid_bytes", vendor.body());
                case Payload.NatDetection hash -> add("ike.nat_hash", hash.body());
                case Payload.NatOriginalAddress(_, Bytes address) -> {
                    add("id.type", IdentificationType.IPV4_ADDRESS.number());
                    add("ike.nat_original_address_ipv4", dotted(address));
                }
                case Payload.Identification(int kind, int protocol, int port, Bytes value) -> {
                    add("id.type", kind);
                    add("id.protoid", protocol);
                    add("id.port", port);
                    if (kind == IdentificationType.KEY_ID.number()) {
                        add("id.data.key_id", value);
                    }
                }
                case Payload.Notify notify -> {
                    add("notify.doi", notify.doi());
                    add("notify.protoid", notify.protocol());
                    add("spisize", notify.spi().length());
                    add("notify.msgtype", notify.code());
                    if (!notify.spi().isEmpty()) {
                        add("spi", notify.spi());
                    }
                }
                case Payload.Delete delete -> {
                    add("delete.doi", delete.doi());
                    add("delete.protoid", delete.protocol());
                    add("spisize", delete.spiLength());
                    add("spinum", delete.spis().size());
                    delete.spis().forEach(spi -> add("delete.spi", spi));
                }
                case Payload.Attributes attributes -> {
                    add("cfg.type", attributes.kind());
                    add("cfg.identifier", attributes.identifier());
                    for (Attribute attribute : attributes.attributes()) {
                        add("cfg.attr.type", attribute.type());
                        add("cfg.attr.format", format(attribute));
                    }
                }
                case Payload.Fragment fragment -> {
                    add("frag.packetid", "0x%04x".formatted(fragment.id()));
                    add("frag.seq", fragment.index());
                    add("frag.last", fragment.flags());
                }
                case Payload.Certificate _,
                        Payload.CertificateRequest _,
                        Payload.Gss _,
                        Payload.Unknown _ ->
                        throw new IllegalStateException("not among plain messages: " + payload);
            }
        }

        private void add(Proposal proposal) {
            List<Transform> transforms = proposal.transforms();
            int length = 4 + proposal.spi().length();
            for (Transform transform : transforms) {
                length += 8 + AttributeCodec.length(transform.attributes());
            }
            header(PayloadType.PROPOSAL.number(), length);
            add("prop.number", proposal.number());
            add("prop.protoid", proposal.protocol());
            add("spisize", proposal.spi().length());
            add("prop.transforms", transforms.size());
            if (!proposal.spi().isEmpty()) {
                add("spi", proposal.spi());
            }
            String kind = proposal.protocol() == Protocol.ISAKMP.number() ? "ike" : "ipsec";
            for (Transform transform : transforms) {
                header(
                        PayloadType.TRANSFORM.number(),
                        4 + AttributeCodec.length(transform.attributes()));
                add("trans.number", transform.number());
                add("trans.id", transform.id());
                for (Attribute attribute : transform.attributes()) {
                    add(kind + ".attr.type", attribute.type());
                    add(kind + ".attr.format", format(attribute));
                    add(kind + ".attr.value", attribute.octets());
                }
            }
        }

        private static int format(Attribute attribute) {
            return attribute instanceof Attribute.Basic ? 1 : 0;
        }

        private static String dotted(Bytes address) {
            return "%d.%d.%d.%d"
                    .formatted(address.u8(0), address.u8(1), address.u8(2), address.u8(3));
        }

        List<String> lines() {
            return values.entrySet().stream()
                    .map(field -> field.getKey() + " " + String.join("|", field.getValue()))
                    .toList();
        }
    }

    @Test
    void tsharkReadsOurMessagesAsWeMeantThem(@TempDir Path folder)
            throws IOException, InterruptedException {
        List<Message> messages = new ArrayList<>();
        for (int seed = 0; seed < MESSAGES; seed++) {
            messages.add(new RandomMessages(new Random(seed), true).message());
        }
        List<String> fields = new ArrayList<>(new Fields().values.keySet());
        fields.add("_ws.malformed");
        List<String> answers =
                read(folder, messages.stream().map(MessageCodec::encode).toList(), fields);
        assertThat(answers).hasSize(MESSAGES);
        for (int i = 0; i < MESSAGES; i++) {
            List<String> names = List.copyOf(new Fields().values.keySet());
            String[] columns = answers.get(i).split("\t", -1);
            List<String> told = new ArrayList<>();
            for (int column = 0; column < names.size(); column++) {
                told.add(names.get(column) + " " + columns[column]);
            }
            assertThat(told)
                    .as("seed %d: %s", i, messages.get(i))
                    .isEqualTo(Fields.of(messages.get(i)).lines());
            assertThat(columns[names.size()]).as("malformed").isEmpty();
        }
    }

    @Test
    void tsharkJoinsOurFragments(@TempDir Path folder) throws IOException, InterruptedException {
        Payload large = new Payload.KeyExchange(Bytes.of(new byte[1024]));
        Payload nonce = new Payload.Nonce(Bytes.of(new byte[200]));
        Header header =
                Header.of(new Cookie(7), new Cookie(8), ExchangeType.IDENTITY_PROTECTION, 0);
        Bytes whole = MessageCodec.encode(Message.of(header, large, nonce));
        List<Bytes> pieces = FragmentCodec.split(whole, FragmentCodec.LIMIT);
        assertThat(pieces).hasSize(3);
        List<String> answers =
                read(
                        folder,
                        pieces,
                        List.of("isakmp.reassembled.length", "isakmp.nonce", "_ws.malformed"));
        assertThat(answers)
                .containsExactly(
                        "\t\t", "\t\t", "%d\t%s\t".formatted(whole.length(), nonce.body()));
    }

    /// A line for each datagram, a column for each field.
    private static List<String> read(Path folder, List<Bytes> datagrams, List<String> fields)
            throws IOException, InterruptedException {
        Path tshark = RequiredTool.program("tshark", "tshark");
        Path capture = folder.resolve("ours.pcap");
        Files.write(capture, capture(datagrams));
        List<String> command =
                new ArrayList<>(
                        List.of(
                                tshark.toString(),
                                "-r",
                                capture.toString(),
                                "-T",
                                "fields",
                                "-E",
                                "occurrence=a",
                                "-E",
                                "aggregator=|"));
        fields.forEach(
                field -> {
                    command.add("-e");
                    command.add(field);
                });
        Path out = folder.resolve("out");
        Process process =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(folder.resolve("err").toFile())
                        .start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        return Files.readAllLines(out, StandardCharsets.UTF_8);
    }

    /// Each in a UDP datagram of its own, between ports 500.
    private static byte[] capture(List<Bytes> datagrams) {
        ByteBuffer out = ByteBuffer.allocate(4 << 20).order(ByteOrder.LITTLE_ENDIAN);
        out.putInt(0xa1b2c3d4).putShort((short) 2).putShort((short) 4).putInt(0).putInt(0);
        out.putInt(65535).putInt(RAW_IP);
        for (Bytes octets : datagrams) {
            int length = 28 + octets.length();
            out.order(ByteOrder.LITTLE_ENDIAN);
            out.putInt(0).putInt(0).putInt(length).putInt(length);
            out.order(ByteOrder.BIG_ENDIAN);
            out.putInt(0x45000000 | length).putInt(0).putInt(0x40110000);
            out.putInt(0x0a000001).putInt(0x0a000002);
            out.putShort((short) 500).putShort((short) 500);
            out.putShort((short) (8 + octets.length())).putShort((short) 0).put(octets.buffer());
        }
        byte[] file = new byte[out.position()];
        out.flip().get(file);
        return file;
    }
}
