package org.jipsec.diag;

import java.util.List;

/// Shows diagnostics to programs, as one JSON object:
/// ```
/// {"schema":1,"file":"x.conf","errors":1,"warnings":0,"notes":0,"omitted":0,"diagnostics":[
///   {"code":"SK014","severity":"error","message":"…",
///    "line":4,"column":18,"endLine":4,"endColumn":52,
///    "label":"128 bits","hint":"write 40 hex digits","notes":[],"places":[]}]}
/// ```
/// Lines and columns count from 1, columns in characters; the end is behind the last character. A
/// name is left out when there is nothing to say. The schema's number changes when a reader would
/// have to.
public final class JsonRendering {
    public static final int SCHEMA = 1;

    private final SourceText source;

    public JsonRendering(SourceText source) {
        this.source = source;
    }

    /// One line without a newline at its end.
    public String all(Diagnostics diagnostics) {
        JsonWriter json = new JsonWriter();
        json.open('{');
        json.name("schema").number(SCHEMA);
        json.name("file").string(source.name());
        json.name("errors").number(diagnostics.errors());
        json.name("warnings").number(diagnostics.warnings());
        json.name("notes").number(diagnostics.notes());
        json.name("omitted").number(diagnostics.omitted());
        json.name("diagnostics").open('[');
        for (Diagnostic diagnostic : diagnostics.all()) {
            one(json, diagnostic);
        }
        json.close(']');
        json.close('}');
        return json.toString();
    }

    private void one(JsonWriter json, Diagnostic diagnostic) {
        json.open('{');
        json.name("code").string(diagnostic.code());
        json.name("severity").string(diagnostic.severity().word());
        json.name("message").string(diagnostic.message());
        place(json, diagnostic.span());
        diagnostic.label().ifPresent(label -> json.name("label").string(label));
        diagnostic.hint().ifPresent(hint -> json.name("hint").string(hint));
        strings(json.name("notes"), diagnostic.notes());
        json.name("places").open('[');
        for (Diagnostic.Place place : diagnostic.further()) {
            json.open('{');
            place(json, place.span());
            json.name("label").string(place.label());
            json.close('}');
        }
        json.close(']');
        json.close('}');
    }

    private void place(JsonWriter json, Span span) {
        int start = Math.min(span.start(), source.length());
        int end = Math.max(start, Math.min(span.end(), source.length()));
        json.name("line").number(source.line(start));
        json.name("column").number(source.column(start));
        json.name("endLine").number(source.line(end));
        json.name("endColumn").number(source.column(end));
    }

    private static void strings(JsonWriter json, List<String> values) {
        json.open('[');
        values.forEach(json::string);
        json.close(']');
    }
}
