package org.jipsec.cli;

/// Which jipsec this is.
final class Version {
    private Version() {}

    static String line(String program) {
        String version = Version.class.getPackage().getImplementationVersion();
        return program + " (jipsec) " + (version == null ? "from class files" : version);
    }
}
