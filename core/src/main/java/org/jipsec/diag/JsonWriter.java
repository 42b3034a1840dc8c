package org.jipsec.diag;

/// Writes JSON (RFC 8259) into a string. Minds the commas; that brackets pair up is the caller's
/// part.
public final class JsonWriter {
    private final StringBuilder text = new StringBuilder();
    private boolean comma;

    /// @param bracket `{` or `[`
    public JsonWriter open(char bracket) {
        separate();
        text.append(bracket);
        comma = false;
        return this;
    }

    /// @param bracket `}` or `]`
    public JsonWriter close(char bracket) {
        text.append(bracket);
        comma = true;
        return this;
    }

    /// The name of the value written next.
    public JsonWriter name(String name) {
        string(name);
        text.append(':');
        comma = false;
        return this;
    }

    public JsonWriter number(long value) {
        separate();
        text.append(value);
        return this;
    }

    public JsonWriter bool(boolean value) {
        separate();
        text.append(value);
        return this;
    }

    public JsonWriter string(String value) {
        separate();
        text.append('"');
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            switch (c) {
                case '"', '\\' -> text.append('\\').append(c);
                case '\n' -> text.append("\\n");
                case '\t' -> text.append("\\t");
                default -> {
                    if (Character.isISOControl(c) || Character.isSurrogate(c)) {
                        text.append("\\u%04x".formatted((int) c));
                    } else {
                        text.append(c);
                    }
                }
            }
        }
        text.append('"');
        return this;
    }

    private void separate() {
        if (comma) {
            text.append(',');
        }
        comma = true;
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
