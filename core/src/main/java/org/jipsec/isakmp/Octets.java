package org.jipsec.isakmp;

/// Whether numbers fit the fields they are for. A misfit is our own mistake.
final class Octets {
    private Octets() {}

    static void check(String what, int value) {
        if (value < 0 || value > 0xff) {
            throw new IllegalArgumentException(what + " " + value + " does not fit an octet");
        }
    }

    static void checkTwo(String what, int value) {
        if (value < 0 || value > 0xffff) {
            throw new IllegalArgumentException(what + " " + value + " does not fit two octets");
        }
    }
}
