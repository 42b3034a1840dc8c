package org.jipsec.dataplane;

import org.jipsec.testing.RequiredTool;
import org.jipsec.wire.Bytes;

import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The process of `oracle/scapy_oracle.py`, one for all questions: scapy takes seconds to start.
/// What it answers is told there.
final class ScapyOracle implements AutoCloseable {
    /// What scapy says of a packet.
    sealed interface Answer {
        record Packet(Bytes octets) implements Answer {}

        record Refusal(String reason) implements Answer {}
    }

    private static final JsonFactory JSON = JsonFactory.builder().build();

    private final Process process;
    private final Writer questions;
    private final BufferedReader answers;

    private ScapyOracle(Process process) {
        this.process = process;
        this.questions = process.outputWriter();
        this.answers = process.inputReader();
    }

    /// @param folder for its script and what it complains about
    static ScapyOracle start(Path folder) throws IOException, InterruptedException {
        Path python = RequiredTool.pythonModule("scapy", "python3-scapy");
        RequiredTool.pythonModule("cryptography", "python3-cryptography");
        Path script = folder.resolve("scapy_oracle.py");
        try (var in = ScapyOracle.class.getResourceAsStream("/oracle/scapy_oracle.py")) {
            Files.write(script, in.readAllBytes());
        }
        File complaints = folder.resolve("complaints").toFile();
        return new ScapyOracle(
                new ProcessBuilder(python.toString(), script.toString())
                        .redirectError(complaints)
                        .start());
    }

    /// scapy's names of its ciphers (`crypt`) or MACs (`auth`).
    List<String> algorithms(String kind) throws IOException {
        Map<String, Object> answer = ask(Map.of("do", "algorithms"));
        List<String> names = new ArrayList<>();
        for (Object name : (List<?>) answer.get(kind)) {
            names.add((String) name);
        }
        return names;
    }

    Answer protect(Map<String, Object> sa, Bytes packet) throws IOException {
        return ask("protect", sa, packet);
    }

    Answer unprotect(Map<String, Object> sa, Bytes packet) throws IOException {
        return ask("unprotect", sa, packet);
    }

    /// @param packet of TCP or UDP
    /// @param size octets of payload in each part but the last
    List<Bytes> segment(Bytes packet, int size) throws IOException {
        Map<String, Object> answer =
                ask(Map.of("do", "segment", "packet", packet.hex(), "size", size));
        List<Bytes> segments = new ArrayList<>();
        for (Object hex : (List<?>) answer.get("packets")) {
            segments.add(Bytes.ofHex((String) hex));
        }
        return segments;
    }

    /// The same packet with lengths and checksums of scapy's.
    Bytes complete(Bytes packet) throws IOException {
        Map<String, Object> answer = ask(Map.of("do", "complete", "packet", packet.hex()));
        return Bytes.ofHex((String) answer.get("packet"));
    }

    private Answer ask(String what, Map<String, Object> sa, Bytes packet) throws IOException {
        Map<String, Object> answer = ask(Map.of("do", what, "sa", sa, "packet", packet.hex()));
        return answer.containsKey("error")
                ? new Answer.Refusal((String) answer.get("error"))
                : new Answer.Packet(Bytes.ofHex((String) answer.get("packet")));
    }

    private Map<String, Object> ask(Map<String, Object> question) throws IOException {
        try (JsonGenerator json =
                JSON.createGenerator(ObjectWriteContext.empty(), new Unclosed(questions))) {
            write(json, question);
        }
        questions.write('\n');
        questions.flush();
        String line = answers.readLine();
        if (line == null) {
            throw new IOException("scapy has ended; see its complaints");
        }
        try (JsonParser json = JSON.createParser(ObjectReadContext.empty(), line)) {
            json.nextToken();
            Map<String, Object> answer = new LinkedHashMap<>();
            while (json.nextToken() != JsonToken.END_OBJECT) {
                String name = json.currentName();
                if (json.nextToken() == JsonToken.START_ARRAY) {
                    List<String> texts = new ArrayList<>();
                    while (json.nextToken() != JsonToken.END_ARRAY) {
                        texts.add(json.getString());
                    }
                    answer.put(name, texts);
                } else {
                    answer.put(name, json.getString());
                }
            }
            return answer;
        }
    }

    private static void write(JsonGenerator json, Object value) {
        switch (value) {
            case Map<?, ?> fields -> {
                json.writeStartObject();
                fields.forEach(
                        (name, field) -> {
                            json.writeName((String) name);
                            write(json, field);
                        });
                json.writeEndObject();
            }
            case List<?> elements -> {
                json.writeStartArray();
                elements.forEach(element -> write(json, element));
                json.writeEndArray();
            }
            case Integer number -> json.writeNumber(number);
            case Long number -> json.writeNumber(number);
            case String text -> json.writeString(text);
            default -> throw new IllegalArgumentException("no JSON for " + value.getClass());
        }
    }

    @Override
    public void close() throws IOException {
        questions.close();
        process.destroy();
    }

    /// The generator closes what it writes to.
    private static final class Unclosed extends java.io.FilterWriter {
        Unclosed(Writer out) {
            super(out);
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
