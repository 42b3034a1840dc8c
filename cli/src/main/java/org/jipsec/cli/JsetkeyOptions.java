package org.jipsec.cli;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What jsetkey was asked for in its default mode: a [GivenOptions] that makes sense.
///
/// @param file what `-f` or `explain` names; empty otherwise, and for a list of all codes
/// @param repeat `-l`
/// @param dryRun `-n`
/// @param undo of `confirm`: the opposite
/// @param forward `-r`, the default: an `in` policy brings its `fwd` one
/// @param timestamps how often `-x` was given
/// @param dumps binary dump files to print
record JsetkeyOptions(
        Action action,
        String file,
        boolean policies,
        boolean dead,
        boolean ports,
        boolean repeat,
        boolean dryRun,
        boolean check,
        boolean keepGoing,
        ChangeCommand.Wish wish,
        boolean undo,
        boolean verbose,
        boolean hex,
        boolean forward,
        int timestamps,
        List<String> dumps,
        BackendChoice backend,
        Optional<Path> socket,
        boolean json,
        boolean showKeys,
        ColorChoice color) {

    enum Action {
        LOAD,
        READ_INPUT,
        DUMP,
        FLUSH,
        MONITOR,
        PRINT_DUMPS,
        STATISTICS,
        EXPLAIN,
        PLAN,
        APPLY,
        CONFIRM,
        HELP,
        VERSION
    }

    static JsetkeyOptions of(GivenOptions given) throws UsageException {
        Action action = action(given);
        if (given.has("-r") && given.has("-k")) {
            throw new UsageException("-r and -k contradict each other");
        }
        if (given.count("-f") > 1) {
            throw new UsageException("-f takes one file");
        }
        if (given.has("--show-keys") && !given.has("--json")) {
            throw new UsageException("--show-keys goes with --json; -D shows keys anyway");
        }
        boolean explain = action == Action.EXPLAIN;
        if (explain && given.positionals().size() > 2) {
            throw new UsageException("explain takes one code, as in: jsetkey explain SK014");
        }
        requireJsonOfItsKind(given, action);
        return new JsetkeyOptions(
                action,
                explain ? String.join("", rest(given.positionals())) : given.value("-f", ""),
                given.has("-P"),
                given.has("-a"),
                given.has("-p"),
                given.has("-l"),
                given.has("-n"),
                given.has("--check"),
                given.has("--keep-going"),
                wish(given, action),
                given.has("--undo"),
                given.has("-v"),
                given.has("-H"),
                !given.has("-k"),
                given.count("-x"),
                given.positionals(),
                BackendChoice.of(given.value("--backend", "auto")),
                ServicePlace.option(given),
                given.has("--json"),
                given.has("--show-keys"),
                ColorChoice.of(given.value("--color", "auto")));
    }

    private static List<String> rest(List<String> words) {
        return words.subList(1, words.size());
    }

    /// What is no JSON among the JSON would break the program that reads it.
    private static void requireJsonOfItsKind(GivenOptions given, Action action)
            throws UsageException {
        if (!given.has("--json")) {
            return;
        }
        switch (action) {
            case LOAD, READ_INPUT, DUMP, FLUSH, STATISTICS, PLAN, APPLY, HELP, VERSION -> {}
            case MONITOR, PRINT_DUMPS, EXPLAIN, CONFIRM ->
                    throw new UsageException("--json goes with -f, -c, -D and --stats");
        }
        for (String option : List.of("-v", "-H", "-l")) {
            if (given.has(option)) {
                throw new UsageException("--json and " + option + " cannot be given together");
            }
        }
    }

    /// `plan`, `apply` or `confirm`; empty for none of them.
    private static Optional<Action> change(GivenOptions given) throws UsageException {
        String word = given.positionals().isEmpty() ? "" : given.positionals().getFirst();
        Action action;
        switch (word) {
            case "plan" -> action = Action.PLAN;
            case "apply" -> action = Action.APPLY;
            case "confirm" -> action = Action.CONFIRM;
            default -> {
                return Optional.empty();
            }
        }
        if (given.positionals().size() > 1) {
            throw new UsageException(
                    action == Action.CONFIRM
                            ? "confirm takes no argument"
                            : "the file goes behind -f: jsetkey " + word + " -f FILE");
        }
        if (action != Action.CONFIRM && !given.has("-f")) {
            throw new UsageException(word + " needs a file: jsetkey " + word + " -f FILE");
        }
        for (String other :
                List.of("-c", "-D", "-F", "-x", "--stats", "-n", "--check", "-v", "-H")) {
            if (given.has(other)) {
                throw new UsageException(word + " and " + other + " cannot be given together");
            }
        }
        if (action == Action.CONFIRM && given.has("-f")) {
            throw new UsageException("confirm takes no file");
        }
        return Optional.of(action);
    }

    private static ChangeCommand.Wish wish(GivenOptions given, Action action)
            throws UsageException {
        boolean isChange = action == Action.PLAN || action == Action.APPLY;
        if (given.has("--prune") && !isChange) {
            throw new UsageException("--prune goes with plan and apply");
        }
        if (given.has("--revert-after") && action != Action.APPLY) {
            throw new UsageException("--revert-after goes with apply");
        }
        if (given.has("--undo") && action != Action.CONFIRM) {
            throw new UsageException("--undo goes with confirm");
        }
        if (given.has("--keep-going") && isChange) {
            throw new UsageException("--keep-going goes with -f and -c alone");
        }
        return new ChangeCommand.Wish(
                given.has("--prune"),
                given.has("--revert-after")
                        ? Optional.of(duration(given.value("--revert-after", "")))
                        : Optional.empty());
    }

    private static Duration duration(String text) throws UsageException {
        int digits = 0;
        while (digits < text.length() && Character.digit(text.charAt(digits), 10) >= 0) {
            digits++;
        }
        String unit = text.substring(digits);
        if (digits < 1 || digits > 6 || !(unit.equals("s") || unit.equals("m"))) {
            throw new UsageException("--revert-after takes a time like 60s or 5m, not " + text);
        }
        long count = Long.parseLong(text.substring(0, digits));
        Duration time = unit.equals("s") ? Duration.ofSeconds(count) : Duration.ofMinutes(count);
        if (time.isZero()) {
            throw new UsageException("--revert-after needs some time to confirm in");
        }
        return time;
    }

    private static Action action(GivenOptions given) throws UsageException {
        if (given.has("-h")) {
            return Action.HELP;
        }
        if (given.has("-V")) {
            return Action.VERSION;
        }
        List<String> named = new ArrayList<>();
        Action action = Action.HELP;
        Optional<Action> change = change(given);
        if (change.isPresent()) {
            return change.get();
        }
        if (!given.positionals().isEmpty()) {
            boolean explain = given.positionals().getFirst().equals("explain");
            action = explain ? Action.EXPLAIN : Action.PRINT_DUMPS;
            named.add(explain ? "explain" : given.positionals().getFirst());
        }
        if (given.has("-f")) {
            action = Action.LOAD;
            named.add("-f");
        }
        if (given.has("-c")) {
            action = Action.READ_INPUT;
            named.add("-c");
        }
        if (given.has("-D")) {
            action = Action.DUMP;
            named.add("-D");
        }
        if (given.has("-F")) {
            action = Action.FLUSH;
            named.add("-F");
        }
        if (given.has("-x")) {
            action = Action.MONITOR;
            named.add("-x");
        }
        if (given.has("--stats")) {
            action = Action.STATISTICS;
            named.add("--stats");
        }
        if (action == Action.PRINT_DUMPS && given.has("--check")) {
            throw new UsageException("the file to check goes behind -f");
        }
        if (named.isEmpty()) {
            throw new UsageException("nothing to do: give -f, -c, -D, -F, -x or --stats");
        }
        // The original takes the last of several; one that is passed over is a mistake to be told.
        boolean dumpsOfAKind = action == Action.DUMP && given.positionals().size() > 0;
        if (named.size() > 1 && !dumpsOfAKind) {
            throw new UsageException(
                    named.get(0) + " and " + named.get(1) + " cannot be given together");
        }
        return dumpsOfAKind ? Action.PRINT_DUMPS : action;
    }
}
