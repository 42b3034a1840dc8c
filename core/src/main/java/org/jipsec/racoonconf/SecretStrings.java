package org.jipsec.racoonconf;

import org.jipsec.diag.Redactor;
import org.jipsec.diag.Span;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Finds the passwords of a racoon.conf: that of `bind_pw`, and the servers' of `radiuscfg`. Serves
/// one text, which it searches once.
final class SecretStrings implements Redactor {
    /// No more than this may stand between the word and its quote: the search takes time in
    /// proportion to the text.
    private static final Pattern SECRET =
            Pattern.compile(
                    "bind_pw[^\";{}]{0,200}+\"(?<password>[^\"]*+)\"?"
                            + "|(?:auth|acct)[^\";{}a-z_]{0,200}+\"[^\"]*+\"[^\";{}]{0,200}+"
                            + "\"(?<shared>[^\"]*+)\"?");

    private List<Hidden> all = List.of();
    private boolean searched;

    @Override
    public List<Hidden> secrets(byte[] octets, int from, int to) {
        if (!searched) {
            all = search(octets);
            searched = true;
        }
        return all.stream()
                .filter(hidden -> hidden.span().start() < to && hidden.span().end() > from)
                .toList();
    }

    private static List<Hidden> search(byte[] octets) {
        List<Hidden> found = new ArrayList<>();
        Matcher matcher = SECRET.matcher(new String(octets, StandardCharsets.ISO_8859_1));
        while (matcher.find()) {
            String group = matcher.group("password") != null ? "password" : "shared";
            Span span = new Span(matcher.start(group), matcher.end(group));
            if (span.length() > 0) {
                found.add(new Hidden(span, "[" + span.length() + " octets, hidden]"));
            }
        }
        return found;
    }
}
