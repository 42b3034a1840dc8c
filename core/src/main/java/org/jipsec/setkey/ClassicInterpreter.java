package org.jipsec.setkey;

import org.jipsec.sadb.IpsecProtocol;
import org.jipsec.sadb.SadbOperation;
import org.jipsec.setkey.ClassicCursor.CommandFailed;
import org.jipsec.setkey.ClassicScanner.Kind;
import org.jipsec.setkey.ClassicScanner.StrayCharacter;

/// Reads commands of ipsec-tools 0.8.2 and runs each as soon as it is read.
///
/// Beside the grammar of [SetkeyParser] this is a second one, and on purpose: that one speaks three
/// dialects, looks at the whole file and recovers; this one is the frozen language of one release,
/// whose checks happen between two words and quote the word the original has read by then. Neither
/// could be bent to do the other's work. Its parser was LALR(1): the first word that it cannot
/// shift is also the first that a descent with one word of look-ahead does not expect.
final class ClassicInterpreter {
    /// How a command of `-c` ended.
    enum Outcome {
        CONTINUE,
        /// `exit`
        EXIT,
        /// A character that begins no word.
        ABORT
    }

    private final ClassicSession session;
    private final ClassicOutput output;
    private final ClassicScanner scanner = new ClassicScanner();
    private final ClassicCursor cursor;
    private final ClassicSaCommand saCommand;
    private final ClassicPolicyCommand policyCommand;

    ClassicInterpreter(ClassicSession session, ClassicNames names, ClassicOutput output) {
        this.session = session;
        this.output = output;
        this.cursor = new ClassicCursor(scanner, output);
        ClassicAddresses addresses = new ClassicAddresses(cursor, names);
        this.saCommand = new ClassicSaCommand(session, cursor, addresses, output);
        this.policyCommand = new ClassicPolicyCommand(session, cursor, addresses, names, output);
    }

    /// @return the exit status
    int runFile(String text) {
        try {
            run(text);
            return 0;
        } catch (CommandFailed said) {
            output.parseFailed(scanner.line());
            return 1;
        } catch (StrayCharacter found) {
            cursor.sayStray();
            return 1;
        }
    }

    /// @param text one command with its `;`
    Outcome runCommand(String text) {
        try {
            return run(text) ? Outcome.CONTINUE : Outcome.EXIT;
        } catch (CommandFailed said) {
            return Outcome.CONTINUE;
        } catch (StrayCharacter found) {
            cursor.sayStray();
            return Outcome.ABORT;
        }
    }

    /// @return false after `exit`
    private boolean run(String text) throws CommandFailed, StrayCharacter {
        cursor.read(text);
        while (!cursor.at(Kind.END)) {
            switch (cursor.peek()) {
                case EXIT -> {
                    cursor.take();
                    cursor.expect(Kind.SEMICOLON);
                    return false;
                }
                case ADD, GET, GETSPI, DELETE, DELETEALL -> saCommand.run(cursor.take().kind());
                case FLUSH -> session.send(new SadbOperation.FlushSas(only()), cursor.line());
                case DUMP -> session.send(new SadbOperation.DumpSas(only()), cursor.line());
                case SPDADD, SPDUPDATE, SPDDELETE -> policyCommand.run(cursor.take().kind());
                case SPDDUMP -> {
                    cursor.take();
                    cursor.expect(Kind.SEMICOLON);
                    session.send(new SadbOperation.DumpPolicies(), cursor.line());
                }
                case SPDFLUSH -> {
                    cursor.take();
                    cursor.expect(Kind.SEMICOLON);
                    session.send(new SadbOperation.FlushPolicies(), cursor.line());
                }
                default -> throw cursor.syntaxError();
            }
        }
        return true;
    }

    private IpsecProtocol only() throws CommandFailed, StrayCharacter {
        cursor.take();
        IpsecProtocol protocol = saCommand.protocolOnly();
        cursor.expect(Kind.SEMICOLON);
        return protocol;
    }
}
