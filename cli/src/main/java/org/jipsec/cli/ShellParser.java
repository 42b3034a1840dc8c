package org.jipsec.cli;

import org.jline.reader.CompletingParsedLine;
import org.jline.reader.EOFError;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;

import java.util.ArrayList;
import java.util.List;

/// Tells JLine when to go on reading, and which word the cursor is in.
final class ShellParser implements Parser {
    @Override
    public ParsedLine parse(String line, int cursor, ParseContext context) {
        if (context != ParseContext.COMPLETE
                && !Shell.isShellCommand(line)
                && !Statements.complete(line)) {
            throw new EOFError(-1, -1, "a statement ends in ;", ";");
        }
        List<String> words = new ArrayList<>();
        int statement =
                context == ParseContext.COMPLETE ? line.lastIndexOf(';', cursor - 1) + 1 : 0;
        int at = statement;
        int index = -1;
        int wordCursor = 0;
        while (at < line.length()) {
            while (at < line.length() && Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            int start = at;
            while (at < line.length() && !Character.isWhitespace(line.charAt(at))) {
                at++;
            }
            if (start == at) {
                break;
            }
            if (index < 0 && cursor < start) {
                // Between two words: a new one begins at the cursor.
                index = words.size();
                words.add("");
            }
            if (index < 0 && cursor <= at) {
                index = words.size();
                wordCursor = cursor - start;
            }
            words.add(line.substring(start, at));
        }
        if (index < 0) {
            index = words.size();
            words.add("");
        }
        return new Words(line, cursor, List.copyOf(words), index, wordCursor);
    }

    private record Words(String line, int cursor, List<String> words, int wordIndex, int wordCursor)
            implements CompletingParsedLine {
        @Override
        public String word() {
            return words.get(wordIndex);
        }

        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            return candidate;
        }

        @Override
        public int rawWordCursor() {
            return wordCursor;
        }

        @Override
        public int rawWordLength() {
            return word().length();
        }
    }
}
