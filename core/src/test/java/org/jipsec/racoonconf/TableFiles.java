package org.jipsec.racoonconf;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Files of a test: a table of names, all of them ours alone unless said otherwise.
final class TableFiles implements ConfFiles {
    static final int OWN_USER = 0;

    private final Map<String, byte[]> contents = new HashMap<>();
    private final Map<String, Facts> facts = new HashMap<>();

    private int ownUser = OWN_USER;

    TableFiles with(String path, String text) {
        return with(path, text.getBytes(StandardCharsets.UTF_8));
    }

    TableFiles with(String path, byte[] octets) {
        contents.put(path, octets);
        facts.put(path, new Facts(true, OWN_USER, 0600));
        return this;
    }

    TableFiles withFacts(String path, boolean regular, int owner, int mode) {
        facts.put(path, new Facts(regular, owner, mode));
        return this;
    }

    TableFiles asUser(int user) {
        ownUser = user;
        return this;
    }

    @Override
    public byte[] read(String path) throws IOException {
        byte[] octets = contents.get(path);
        if (octets == null) {
            throw new IOException("no such file");
        }
        return octets;
    }

    @Override
    public List<String> matches(String pattern) {
        String regex =
                Pattern.quote(pattern).replace("*", "\\E[^/]*\\Q").replace("?", "\\E[^/]\\Q");
        return contents.keySet().stream().filter(path -> path.matches(regex)).sorted().toList();
    }

    @Override
    public Optional<Facts> facts(String path) {
        return Optional.ofNullable(facts.get(path));
    }

    @Override
    public Optional<Integer> ownUser() {
        return Optional.of(ownUser);
    }
}
