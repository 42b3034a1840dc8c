package org.jipsec.crypto;

import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The files of Project Wycheproof, as far as we need them: strings and numbers of groups and of
/// their tests.
final class Wycheproof {
    /// @param fields those of its group, overlaid by its own
    record Vector(Map<String, String> fields) {
        boolean valid() {
            return switch (text("result")) {
                case "valid" -> true;
                case "invalid" -> false;
                default -> throw new IllegalStateException("result " + text("result"));
            };
        }

        byte[] hex(String field) {
            return HexFormat.of().parseHex(text(field));
        }

        int number(String field) {
            return Integer.parseInt(text(field));
        }

        private String text(String field) {
            return Optional.ofNullable(fields.get(field)).orElseThrow();
        }

        @Override
        public String toString() {
            return "tcId " + text("tcId") + " (" + text("comment") + ")";
        }
    }

    private Wycheproof() {}

    static List<Vector> read(String file) {
        try (InputStream in = Wycheproof.class.getResourceAsStream("/wycheproof/" + file);
                JsonParser json =
                        JsonFactory.builder().build().createParser(ObjectReadContext.empty(), in)) {
            List<Vector> vectors = new ArrayList<>();
            json.nextToken();
            object(json, Map.of(), vectors);
            return vectors;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    /// Collects an object's plain fields; an object with a `tcId` is a vector.
    private static void object(
            JsonParser json, Map<String, String> inherited, List<Vector> vectors) {
        Map<String, String> fields = new HashMap<>(inherited);
        while (json.nextToken() != JsonToken.END_OBJECT) {
            String name = json.currentName();
            JsonToken value = json.nextToken();
            if (value == JsonToken.START_OBJECT) {
                json.skipChildren();
            } else if (value == JsonToken.START_ARRAY) {
                while (json.nextToken() != JsonToken.END_ARRAY) {
                    if (json.currentToken() == JsonToken.START_OBJECT) {
                        object(json, fields, vectors);
                    }
                }
            } else {
                fields.put(name, json.getString());
            }
        }
        if (fields.containsKey("tcId")) {
            vectors.add(new Vector(fields));
        }
    }
}
