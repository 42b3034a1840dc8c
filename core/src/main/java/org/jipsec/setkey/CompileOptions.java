package org.jipsec.setkey;

/// @param kernelSemantics `-k`: no automatic `fwd` policies
/// @param names asked for what is not numeric
public record CompileOptions(boolean kernelSemantics, NameResolver names) {
    /// As setkey without options, with the host's own names.
    public static CompileOptions standard() {
        return new CompileOptions(false, new SystemNames());
    }
}
