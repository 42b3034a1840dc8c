package org.jipsec.isakmp;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// A number of a registry, with the name that logs give it.
public interface Numbered {
    int number();

    /// As racoon logs it; where racoon knows no name, the RFC's.
    String text();

    /// @throws IllegalStateException for a number that two constants have
    static <E extends Numbered> Map<Integer, E> byNumber(E[] constants) {
        return Arrays.stream(constants)
                .collect(Collectors.toUnmodifiableMap(Numbered::number, Function.identity()));
    }
}
