package org.jipsec.racoonconf;

import org.jipsec.ike.settings.PlainRsaKey;

import java.util.List;
import java.util.Optional;

/// Looks into the key files that a remote names, as racoon does while it parses.
final class PlainRsaCheck {
    private static final int OTHERS = 077;

    private final SourceFile file;
    private final FilePlaces places;

    PlainRsaCheck(SourceFile file, FilePlaces places) {
        this.file = file;
        this.places = places;
    }

    void privateKeys(Argument.Quoted name) {
        Optional<List<PlainRsaKey>> keys = keys(name);
        String path = places.resolved("certificate", name.name());
        places.disk()
                .facts(path)
                .filter(facts -> (facts.mode() & OTHERS) != 0)
                .ifPresent(
                        facts -> {
                            file.classicLine(
                                    name.span(),
                                    "Too slack permissions on private key '%s'".formatted(path));
                            file.classicLine(
                                    name.span(),
                                    "Should be at most 0600, now is 0%o".formatted(facts.mode()));
                            refuse(
                                    name,
                                    "others can read the private key in %s (mode 0%o)"
                                            .formatted(path, facts.mode()),
                                    "chmod 600 " + path);
                        });
        keys.filter(all -> all.stream().noneMatch(PlainRsaKey::isPrivate))
                .ifPresent(
                        all -> {
                            file.classicLine(name.span(), "Public key in private-key file!");
                            refuse(
                                    name,
                                    "%s has no private key".formatted(path),
                                    "name the file with the RSA { ... } entry");
                        });
    }

    void publicKeys(Argument.Quoted name) {
        keys(name)
                .filter(List::isEmpty)
                .ifPresent(
                        none ->
                                refuse(
                                        name,
                                        "%s has no key"
                                                .formatted(
                                                        places.resolved(
                                                                "certificate", name.name())),
                                        "write the peer's keys into it: `: PUB 0s...`"));
    }

    /// Empty, and reported, when they cannot be read.
    private Optional<List<PlainRsaKey>> keys(Argument.Quoted name) {
        Optional<byte[]> octets =
                places.certificate(file, name, name.span(), "Couldn't parse keyfile.\n");
        if (octets.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(PlainRsaFile.parse(octets.get()));
        } catch (PlainRsaFile.MalformedException malformed) {
            refuse(
                    name,
                    "%s: %s"
                            .formatted(
                                    places.resolved("certificate", name.name()),
                                    malformed.getMessage()),
                    "see racoon.conf(5) for the form of key files");
            return Optional.empty();
        }
    }

    private void refuse(Argument.Quoted name, String message, String hint) {
        file.classic(name.span(), "Couldn't parse keyfile.\n");
        file.report(Code.KEY_FILE.at(name.span(), message).hint(hint));
    }
}
