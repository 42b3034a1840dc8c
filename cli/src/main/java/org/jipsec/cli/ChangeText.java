package org.jipsec.cli;

import org.jipsec.diag.JsonWriter;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.setkey.Difference;
import org.jipsec.setkey.StateChange;
import org.jipsec.setkey.StateChange.Field;
import org.jipsec.setkey.StateChange.Kind;

import java.util.ArrayList;
import java.util.List;

/// What `plan` and `apply` print: a line for each change, `+` for what comes, `~` for what changes,
/// `-` for what goes, and a summary. Keys are never in it.
final class ChangeText {
    private static final int SCHEMA = 1;

    private ChangeText() {}

    static String line(StateChange change) {
        String line = PlanText.of(shown(change));
        if (change.kind() == Kind.CHANGE) {
            List<String> fields = new ArrayList<>();
            change.fields().forEach(field -> fields.add(text(field)));
            line += ": " + String.join(", ", fields);
        }
        return change instanceof StateChange.OfAssociation sa && sa.isReplaced()
                ? line + " (replaced: it counts from 1 again)"
                : line;
    }

    private static String text(Field field) {
        return field.from().isEmpty() && field.to().isEmpty()
                ? "another " + field.name()
                : field.name() + " " + field.from() + " => " + field.to();
    }

    private static SadbOperation shown(StateChange change) {
        return switch (change) {
            case StateChange.OfAssociation sa ->
                    switch (sa.kind()) {
                        case ADD -> new SadbOperation.AddSa(sa.after().orElseThrow());
                        case CHANGE -> new SadbOperation.UpdateSa(sa.after().orElseThrow());
                        case REMOVE ->
                                new SadbOperation.DeleteSa(
                                        PlanText.reference(
                                                sa.before().orElseThrow().association()));
                    };
            case StateChange.OfPolicy policy ->
                    switch (policy.kind()) {
                        case ADD -> new SadbOperation.AddPolicy(policy.after().orElseThrow());
                        case CHANGE -> new SadbOperation.UpdatePolicy(policy.after().orElseThrow());
                        case REMOVE ->
                                new SadbOperation.DeletePolicy(
                                        policy.before().orElseThrow().policy());
                    };
        };
    }

    /// `3 to add, 1 to change, 0 to remove, 12 unchanged`
    static String summary(Difference difference) {
        return "%d to add, %d to change, %d to remove, %d unchanged"
                .formatted(
                        difference.count(Kind.ADD),
                        difference.count(Kind.CHANGE),
                        difference.count(Kind.REMOVE),
                        difference.unchanged());
    }

    /// One object on one line.
    static String json(Difference difference, boolean isApplied) {
        JsonWriter json = new JsonWriter();
        json.open('{').name("schema").number(SCHEMA).name("applied").bool(isApplied);
        json.name("summary").open('{');
        for (Kind kind : Kind.values()) {
            json.name(kind.word()).number(difference.count(kind));
        }
        json.name("unchanged").number(difference.unchanged()).close('}');
        json.name("changes").open('[');
        for (StateChange change : difference.changes()) {
            String line = PlanText.of(shown(change));
            json.open('{').name("change").string(change.kind().word());
            json.name("database")
                    .string(change instanceof StateChange.OfAssociation ? "SAD" : "SPD");
            json.name("what").string(line.substring("SAD + ".length()));
            if (change instanceof StateChange.OfAssociation sa) {
                json.name("replaced").bool(sa.isReplaced());
            }
            json.name("fields").open('[');
            for (Field field : change.fields()) {
                json.open('{').name("name").string(field.name());
                if (!field.from().isEmpty() || !field.to().isEmpty()) {
                    json.name("from").string(field.from()).name("to").string(field.to());
                }
                json.close('}');
            }
            json.close(']').close('}');
        }
        return json.close(']').close('}').toString();
    }
}
